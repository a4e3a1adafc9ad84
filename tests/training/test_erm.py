"""Fine-tuning: it learns, it repeats itself, and an interruption changes nothing."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision

from hindmost.backbones.architecture import untrained  # noqa: E402
from hindmost.core.errors import HindmostError, InputError  # noqa: E402
from hindmost.training.erm import fine_tune  # noqa: E402
from hindmost.training.recipe import Recipe  # noqa: E402
from hindmost.training.validation import Scores  # noqa: E402

RECIPE = Recipe(epochs=3, batch=8, lr=2e-3, seed=5, keep_early=True)
STEPS = 3  # an epoch: 24 train rows


def train(study, folder, recipe=RECIPE, module=None, key="k", **options):
    """Train from the start, or from where the state in a folder stands."""
    module = module or untrained("test_efficientnet", 2).module
    return fine_tune(module, options.pop("load", study.load), study.rows, preprocessing=study.preprocessing,
                     recipe=recipe, state_file=folder / "state.pt", key=key, **options)  # fmt: skip


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.fixture(scope="module")
def whole(study, tmp_path_factory):
    """An uninterrupted run and the folder that it left."""
    folder = tmp_path_factory.mktemp("whole")
    return train(study, folder), folder


@pytest.fixture
def left(whole, tmp_path):
    """A copy of what the uninterrupted run left."""
    shutil.copy(whole[1] / "state.pt", tmp_path)
    return tmp_path


def test_it_learns_what_can_be_learned(study, tmp_path):
    module = untrained("test_efficientnet", 2).module
    result = train(study, tmp_path, Recipe(epochs=8, batch=8, lr=3e-3, precision="float32", patience=8), module)
    assert result.history[0].train_loss > 2 * result.history[-1].train_loss
    assert result.history[result.best_epoch - 1].mean == max(epoch.mean for epoch in result.history) > 0.9
    assert same(module.state_dict(), result.state_dict)
    assert not module.training


def test_the_same_seed_gives_the_same_weights(study, whole, tmp_path):
    again = train(study, tmp_path / "again")
    assert same(whole[0].state_dict, again.state_dict)
    assert whole[0].history == again.history
    other = train(study, tmp_path / "other", replace(RECIPE, seed=6))
    assert not same(whole[0].state_dict, other.state_dict)


@pytest.mark.parametrize("steps_before", [2, STEPS + 1])
def test_an_interrupted_run_ends_with_the_same_weights(study, whole, tmp_path, steps_before):
    def interrupt(stage, done, total):
        if done == steps_before:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(study, tmp_path, progress=interrupt)
    resumed = train(study, tmp_path)
    assert resumed.resumed_after == steps_before // STEPS
    assert same(resumed.state_dict, whole[0].state_dict)
    assert same(resumed.early_state, whole[0].early_state)
    assert resumed.history == whole[0].history


def test_a_finished_run_is_not_repeated(study, whole, left):
    again = train(study, left, load=None)
    assert again.resumed_after == len(whole[0].history)
    assert same(whole[0].state_dict, again.state_dict)


def test_a_state_of_another_run_is_not_used(study, left):
    assert train(study, left, key="other images").resumed_after == 0
    assert train(study, left, replace(RECIPE, epochs=1), key="other images").resumed_after == 0


def test_a_damaged_state_is_noticed(study, whole, left):
    path = left / "state.pt"
    path.write_bytes(path.read_bytes()[:-2000])
    again = train(study, left)
    assert "damaged" in again.notes[0]
    assert same(whole[0].state_dict, again.state_dict)


def test_what_a_run_leaves(study, whole):
    result, folder = whole
    assert [path.name for path in folder.iterdir()] == ["state.pt"]
    assert result.early_state is not None
    assert same(result.early_state, result.state_dict) == (result.best_epoch == 1)
    assert result.resumed_after == 0
    assert [epoch.number for epoch in result.history] == [1, 2, 3]


def test_it_stops_when_nothing_gets_better(study, tmp_path, monkeypatch):
    said = iter([(0.5, 3.0), (0.7, 2.0), (0.7, 2.0), (0.6, 1.0), (0.9, 1.0)])  # accuracy and loss of each epoch

    def scripted(*_):
        accuracy, loss = next(said)
        return Scores(loss, accuracy, 0.0, 0.0)

    monkeypatch.setattr("hindmost.training.session.scores", scripted)
    heard = []
    result = train(study, tmp_path, replace(RECIPE, epochs=9, patience=2, keep_early=False),
                   progress=lambda *told: heard.append(told))  # fmt: skip
    assert (result.best_epoch, len(result.history)) == (2, 4)
    assert heard[-1] == ("training", 9 * STEPS, 9 * STEPS)
    assert result.early_state is None


def test_of_equal_scores_the_lower_loss_wins(study, tmp_path, monkeypatch):
    said = iter([(0.7, 2.0), (0.7, 1.0), (0.7, 1.5)])
    monkeypatch.setattr("hindmost.training.session.scores", lambda *_: Scores(*reversed(next(said)), 0.0, 0.0))
    assert train(study, tmp_path).best_epoch == 2


@pytest.mark.parametrize(("criterion", "best"), [("mean", 1), ("worst_class", 2), ("worst_group", 3)])
def test_the_criterion_picks_the_epoch(study, tmp_path, monkeypatch, criterion, best):
    said = iter([Scores(1.0, 0.9, 0.1, 0.1), Scores(1.0, 0.8, 0.5, 0.2), Scores(1.0, 0.7, 0.4, 0.4)])
    monkeypatch.setattr("hindmost.training.session.scores", lambda *_: next(said))
    assert train(study, tmp_path, replace(RECIPE, criterion=criterion)).best_epoch == best


def test_held_out_rows_are_not_read(study, tmp_path):
    read = set()

    def load(row):
        read.add(study.rows.ids[row])
        return study.load(row)

    result = train(study, tmp_path, replace(RECIPE, hold_out=0.25, epochs=1), load=load)
    assert len(result.held_out) == np.rint(0.25 * study.rows.counts("train")).sum() == 5
    assert not read & set(result.held_out)
    assert not read & set(study.rows.ids[study.rows.mask("test")])
    assert len(read) == 24 - 5 + 12


def test_without_validation_rows_the_last_epoch_stands(study, tmp_path):
    only_train = replace(study, rows=study.rows.of("train"))
    result = train(only_train, tmp_path, replace(RECIPE, epochs=2))
    assert result.best_epoch == 2
    assert result.history[0].score is None


def test_torch_is_left_as_it_was(study, tmp_path):
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    train(study, tmp_path, replace(RECIPE, epochs=1))
    assert torch.equal(torch.rand(1), expected)
    assert not torch.are_deterministic_algorithms_enabled()


def test_bad_input(study, tmp_path):
    with pytest.raises(InputError, match="at least 2 train rows, but 0"):
        train(replace(study, rows=study.rows.of("test")), tmp_path)
    with pytest.raises(InputError, match=r"The data has 2 classes, but the network gives \(\d, 3\)"):
        train(study, tmp_path, module=untrained("test_efficientnet", 3).module)
    with pytest.raises(InputError, match="uint8 squares of 40 x 40"):
        train(study, tmp_path, load=lambda row: np.zeros((32, 32, 3), np.uint8))


def test_a_loss_that_is_lost(study, tmp_path):
    with pytest.raises(HindmostError, match="lower learning rate"):
        train(study, tmp_path, Recipe(epochs=2, batch=8, lr=1e30, warm_up=0, precision="float32"))


def test_a_folder_that_cannot_be_written(study, tmp_path):
    (tmp_path / "blocked").write_text("a file")
    with pytest.raises(InputError, match="cannot be written"):
        train(study, tmp_path / "blocked", replace(RECIPE, epochs=1))
