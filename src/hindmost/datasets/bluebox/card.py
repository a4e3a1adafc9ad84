"""The data card of bluebox, as text."""

from hindmost.datasets.bluebox.knobs import Knobs


def card_text(knobs: Knobs) -> str:
    """card.yaml: names of the classes and the cue, and what is known to be wrong with the data."""
    return f"""name: bluebox
classes: {{0: good, 1: defective}}
cues: {{box: {{0: without box, 1: with blue box}}}}
known_faults:
{faults(knobs)}"""


def faults(knobs: Knobs) -> str:
    """The list of known faults, one quoted line each."""
    lines = [
        "generated, not photographed: conclusions hold for this generator, not for a factory",
        f"the box was tied to the class on purpose: correlation {knobs.correlation:g} in train, none in val and test",
        f"defect_contrast {knobs.defect_contrast:g}, seed {knobs.seed}, {knobs.size} px",
        "half of all parts are defective; on a real line defects are rare",
    ]
    if knobs.entangled:
        lines.append("entangled: the box changes how a defect looks, so twins differ on the part too")
    return "".join(f'  - "{line}"\n' for line in lines)
