"""The verbs that work on data: audit, demo, train, features, paste, waterbirds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from hindmost.cli.gate import FailOn, gate
from hindmost.cli.progress import Bars
from hindmost.core.audit import Audit
from hindmost.io.audit_json import dumps
from hindmost.pipeline.options import (
    MOST_PIXELS,
    AuditOptions,
    DataOptions,
    EngineName,
    EngineOptions,
    ModelOptions,
    TrainOptions,
)
from hindmost.report.terminal import summary

Preset = Literal["squash", "timm"]
Criterion = Literal["mean", "worst_class", "worst_group"]
CueRule = Literal["blue_box", "stickers"]

Source = Annotated[Path, typer.Argument(metavar="INPUT", help="A folder of images, or a folder or file of features.")]
Out = Annotated[Path, typer.Option("-o", "--out", help="Folder for the results.")]
Metadata = Annotated[Path | None, typer.Option(help="Table of the rows, if it is not INPUT/metadata.csv.")]
Card = Annotated[Path | None, typer.Option(help="Data card, if it is not INPUT/card.yaml.")]
Cue = Annotated[list[str] | None, typer.Option(help="Column of the cue; repeat it for several.")]
MostBad = Annotated[float, typer.Option(help="Share of a split whose images may be unusable; 0: none.")]
CueColour = Annotated[CueRule | None, typer.Option(help="How the cue is found in images, to erase it.")]
MostPixels = Annotated[int, typer.Option(help="Pixels of the largest image; a larger one cannot be used.")]
Backbone = Annotated[
    str | None,
    typer.Option(help="Architecture: a timm name, torchvision/NAME, hf/FOLDER or module:factory."),
]
Checkpoint = Annotated[Path | None, typer.Option(help="Your own weights (.pth, .safetensors); no training then.")]
Early = Annotated[Path | None, typer.Option(help="The checkpoint's network early in its training, for self.")]
HeldOut = Annotated[Path | None, typer.Option(help="Ids of train rows that the checkpoint's training did not see.")]
Runtime = Annotated[str, typer.Option(help="auto, torch or openvino: what computes the features.")]
Dtype = Annotated[Literal["float32", "bfloat16"], typer.Option(help="bfloat16 is faster and changes some answers.")]
Precision = Annotated[
    Literal["float32", "float16"], typer.Option(help="How features are kept; float16 takes half the room.")
]
Size = Annotated[int | None, typer.Option(help="Side of the square that the network reads.")]
PresetOption = Annotated[Preset | None, typer.Option(help="The published protocol, or timm's own. Default: squash.")]
Seed = Annotated[int, typer.Option(help="Drives every random choice.")]
Runs = Annotated[int, typer.Option(help="Networks to train and audit, with seeds from --seed on.")]
Checkpoints = Annotated[
    list[Path] | None,
    typer.Option(
        "--checkpoint", help="Your own weights (.pth, .safetensors), no training; repeat it for several runs."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the audit as JSON on stdout.")]
Gate = Annotated[FailOn | None, typer.Option(help="Exit with 1 if this holds.")]
Policy = Annotated[Path | None, typer.Option(help="Targets and margins, a YAML file.")]
NoImages = Annotated[bool, typer.Option("--no-images", help="Keep every picture out of the audit.")]
EngineOption = Annotated[EngineName, typer.Option("--engine", help="This process, or a Ray cluster.")]
RayAddress = Annotated[
    str | None,
    typer.Option(help="auto or HOST:PORT: a cluster that runs. Default: local, one on this machine for this run."),
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", help="Ray workers. Default: as many as there is room for.")
]
Threads = Annotated[int | None, typer.Option(help="Threads of a Ray worker. Default: 1.")]
Epochs = Annotated[int | None, typer.Option(help="Passes over the train split.")]
LearningRate = Annotated[float | None, typer.Option("--lr", help="Highest learning rate.")]
CriterionOption = Annotated[Criterion, typer.Option(help="Validation accuracy that chooses the epoch.")]
HoldOut = Annotated[float, typer.Option(help="Share of each group's train rows kept out of training.")]
KeepEarly = Annotated[bool, typer.Option("--keep-early", help="Keep the weights after the first epoch too.")]


def audit(
    source: Source,
    out: Out,
    metadata: Metadata = None,
    card: Card = None,
    cue: Cue = None,
    most_bad: MostBad = 0.01,
    most_pixels: MostPixels = MOST_PIXELS,
    cue_colour: CueColour = None,
    backbone: Backbone = None,
    checkpoint: Checkpoints = None,
    input_size: Size = None,
    preprocessing: PresetOption = None,
    early: Early = None,
    held_out: HeldOut = None,
    runtime: Runtime = "auto",
    dtype: Dtype = "float32",
    epochs: Epochs = None,
    lr: LearningRate = None,
    criterion: CriterionOption = "mean",
    hold_out: HoldOut = 0.0,
    keep_early: KeepEarly = False,
    heads: Annotated[str, typer.Option(help="Heads to fit, separated by commas.")] = "erm,threshold,dfr",
    policy: Policy = None,
    seed: Seed = 0,
    runs: Runs = 1,
    fail_on: Gate = None,
    no_images: NoImages = False,
    json: Json = False,
    engine: EngineOption = "local",
    ray_address: RayAddress = None,
    workers: WorkersOption = None,
    threads: Threads = None,
) -> int:
    """Measure every group before and after, and decide whether the last layer is enough."""
    from hindmost.pipeline.audit import audit as run

    options = AuditOptions(
        DataOptions(metadata, card, tuple(cue or ()), most_bad, cue_colour, most_pixels),
        ModelOptions(
            backbone, checkpoint[0] if checkpoint else None, preprocessing, input_size, early, held_out, runtime, dtype
        ),
        TrainOptions(epochs, lr, criterion, hold_out, keep_early),
        tuple(name.strip() for name in heads.split(",") if name.strip()),
        policy,
        seed,
        not no_images,
        EngineOptions(engine, ray_address, workers, threads),
        runs,
        tuple((checkpoint or ())[1:]),
    )
    with Bars() as bars:
        result = run(source, out, options, talk=bars.talk())
    return _finish(result, out, json, fail_on)


def demo(
    out: Out = Path("hindmost-demo"),
    correlation: Annotated[float | None, typer.Option(help="Share of train rows where box and class agree.")] = None,
    defect_contrast: Annotated[float | None, typer.Option(help="How visible the defect is.")] = None,
    entangled: Annotated[bool, typer.Option("--entangled", help="Let the cue overlay the defect.")] = False,
    policy: Policy = None,
    seed: Seed = 0,
    runs: Runs = 1,
    fail_on: Gate = None,
    json: Json = False,
) -> int:
    """Generate photographs of a production line, train on them, and audit the result."""
    from hindmost.pipeline.demo import DemoOptions
    from hindmost.pipeline.demo import demo as run

    with Bars() as bars:
        result = run(out, DemoOptions(correlation, defect_contrast, entangled, policy, seed, runs), talk=bars.talk())
    return _finish(result, out, json, fail_on)


def train(
    source: Source,
    out: Out,
    metadata: Metadata = None,
    card: Card = None,
    cue: Cue = None,
    most_bad: MostBad = 0.01,
    most_pixels: MostPixels = MOST_PIXELS,
    backbone: Backbone = None,
    input_size: Size = None,
    preprocessing: PresetOption = None,
    epochs: Epochs = None,
    lr: LearningRate = None,
    criterion: CriterionOption = "mean",
    hold_out: HoldOut = 0.0,
    keep_early: KeepEarly = False,
    seed: Seed = 0,
) -> None:
    """Fine-tune a network by empirical risk minimisation; an interrupted run resumes."""
    from hindmost.pipeline.train import train as run

    with Bars() as bars:
        files = run(
            source,
            out,
            DataOptions(metadata, card, tuple(cue or ()), most_bad, most_pixels=most_pixels),
            ModelOptions(backbone, None, preprocessing, input_size),
            TrainOptions(epochs, lr, criterion, hold_out, keep_early),
            seed=seed,
            talk=bars.talk(),
        )
    for file in files:
        typer.echo(str(file))


def features(
    source: Source,
    out: Annotated[Path, typer.Option("-o", "--out", help="New folder of Parquet files to write, or a file .npz.")],
    metadata: Metadata = None,
    card: Card = None,
    cue: Cue = None,
    most_bad: MostBad = 0.01,
    most_pixels: MostPixels = MOST_PIXELS,
    backbone: Backbone = None,
    checkpoint: Checkpoint = None,
    input_size: Size = None,
    preprocessing: PresetOption = None,
    early: Early = None,
    held_out: HeldOut = None,
    runtime: Runtime = "auto",
    dtype: Dtype = "float32",
    precision: Precision = "float32",
    engine: EngineOption = "local",
    ray_address: RayAddress = None,
    workers: WorkersOption = None,
    threads: Threads = None,
) -> None:
    """Write the pooled features of every image, as a folder or a file that audit reads."""
    from hindmost.pipeline.features import features as run

    with Bars() as bars:
        data = DataOptions(metadata, card, tuple(cue or ()), most_bad, most_pixels=most_pixels)
        model = ModelOptions(backbone, checkpoint, preprocessing, input_size, early, held_out, runtime, dtype)
        place = EngineOptions(engine, ray_address, workers, threads)
        typer.echo(str(run(source, out, data, model, precision=precision, engine=place, talk=bars.talk())))


def paste(
    source: Source,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write; must be new or empty.")],
    metadata: Metadata = None,
    card: Card = None,
    cue: Cue = None,
    most_bad: MostBad = 0.01,
    most_pixels: MostPixels = MOST_PIXELS,
    with_cue: Annotated[str | None, typer.Option(help="What the cue column says of a photograph with a patch.")] = None,
    per_group: Annotated[int | None, typer.Option(help="Rows of each group that get a twin at most.")] = None,
    seed: Seed = 0,
) -> None:
    """Write a copy of a folder in which photographs without the cue get a twin with a pasted patch."""
    from hindmost.pipeline.paste import PasteOptions
    from hindmost.pipeline.paste import paste as run

    with Bars() as bars:
        data = DataOptions(metadata, card, tuple(cue or ()), most_bad, most_pixels=most_pixels)
        typer.echo(str(run(source, out, data, PasteOptions(with_cue, per_group, seed), talk=bars.talk())))


def waterbirds(
    cutouts: Annotated[Path, typer.Argument(help="CUB_200_2011, or a folder whose metadata.csv names masks.")],
    backgrounds: Annotated[Path, typer.Argument(help="Places365, or a folder with a sub-folder for each kind.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write; must be new or empty.")],
    strength: Annotated[float, typer.Option(help="Share of train rows whose background goes with their class.")] = 0.95,
    labels: Annotated[str | None, typer.Option(help="CUB: words, published, or a CSV of species and y.")] = None,
    background: Annotated[
        list[str] | None, typer.Option(help="Sub-folder of BACKGROUNDS; repeat it in the order of the classes.")
    ] = None,
    seed: Seed = 0,
) -> None:
    """Lay objects on backgrounds that go with their class in training: Waterbirds, or your own."""
    from hindmost.pipeline.waterbirds import WaterbirdsOptions
    from hindmost.pipeline.waterbirds import waterbirds as run

    with Bars() as bars:
        options = WaterbirdsOptions(strength, labels, tuple(background or ()), seed)
        typer.echo(str(run(cutouts, backgrounds, out, options, talk=bars.talk())))


def register(app: typer.Typer) -> None:
    """Add these verbs to the command."""
    for verb in (audit, demo, train, features, paste, waterbirds):
        app.command()(verb)


def _finish(result: Audit, out: Path, json: bool, fail_on: FailOn | None) -> int:
    typer.echo(dumps(result) if json else summary(result), nl=not json)
    if not json:
        typer.echo(f"Report: {out / 'report.html'}", err=True)
    return gate(result, fail_on)
