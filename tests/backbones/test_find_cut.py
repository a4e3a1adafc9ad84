"""The cut is found in numbers: whatever is registered where, and whatever follows the last layer."""

import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.vision

from torch import nn  # noqa: E402

from hindmost.backbones.cut import Tap  # noqa: E402
from hindmost.backbones.find_cut import find_cut  # noqa: E402
from hindmost.backbones.find_spread import find_spread, hear_norms  # noqa: E402
from hindmost.core.errors import InputError  # noqa: E402

SIDE = 16


class Net(nn.Module):
    """Two convolutions to 6 channels, and as many linear layers as the forward pass of a test wants."""

    def __init__(self, forward, **layers):
        super().__init__()
        torch.manual_seed(1)
        for name, layer in layers.items():
            setattr(self, name, layer)
        self.convs = nn.Sequential(nn.Conv2d(3, 5, 3, 2), nn.ReLU(), nn.Conv2d(5, 6, 3), nn.ReLU())
        self.fc = nn.Linear(6, 3)
        self._forward = forward

    def forward(self, x):
        return self._forward(self, x)


def mean(net, x):
    return net.convs(x).mean((2, 3))


def checked(net, side=SIDE):
    """The cut of a network whose law holds on another batch than the one that found it."""
    cut = find_cut("a net", net, side)
    x = torch.rand(3, 3, side, side)
    with torch.inference_mode():
        with hear_norms(net) as norms:
            features, maps = cut(net, x)
        head = net.get_submodule(cut.classifier)
        torch.testing.assert_close(nn.functional.linear(features, head.weight.flatten(1), head.bias), net(x))
        if maps is not None:
            spread = find_spread(net, maps, features, norms)
            torch.testing.assert_close(spread(net, maps, features).mean(dim=(2, 3)), features)
    return cut


GOOD = {
    "a mean that is no module": (Net(lambda net, x: net.fc(mean(net, x))), "fc", Tap("convs", "output")),
    "pooling as a module": (
        Net(lambda net, x: net.fc(net.pool(net.convs(x)).flatten(1)), pool=nn.AdaptiveAvgPool2d(1)),
        "fc", Tap("pool", "input"),
    ),
    "a later layer that nobody calls": (
        Net(lambda net, x: net.first(mean(net, x)), first=nn.Linear(6, 3)), "first", Tap("convs", "output"),
    ),
    "a side output of the same form": (
        Net(lambda net, x: (net.aux(mean(net, x)) * 0 + 1) * 0 + net.fc(mean(net, x)), aux=nn.Linear(6, 3)),
        "fc", Tap("convs", "output"),
    ),
    "a layer called after the last one": (
        Net(lambda net, x: (net.fc(mean(net, x)), net.aux(mean(net, x)))[0], aux=nn.Linear(6, 3)),
        "fc", Tap("convs", "output"),
    ),
    "a hidden layer before": (
        Net(lambda net, x: net.fc(net.hidden(mean(net, x)).relu()), hidden=nn.Linear(6, 6)), "fc", None,
    ),
    "the largest value instead of the mean": (
        Net(lambda net, x: net.fc(net.convs(x).amax((2, 3)))), "fc", Tap("convs", "output"),
    ),
    "a norm after the mean": (
        Net(lambda net, x: net.fc(net.norm(mean(net, x))), norm=nn.LayerNorm(6)), "fc", Tap("convs", "output"),
    ),
    "a norm after the mean, and more": (
        Net(lambda net, x: net.fc(net.norm(mean(net, x)).relu()), norm=nn.LayerNorm(6)), "fc", None,
    ),
    "another norm than ours": (
        Net(lambda net, x: net.fc(nn.functional.layer_norm(mean(net, x), (6,)))), "fc", None,  # nobody can hear it
    ),
    "tokens": (
        Net(lambda net, x: net.fc(net.token(net.convs(x).flatten(2).mT).mean(1)), token=nn.LayerNorm(6)), "fc", None,
    ),
    "a convolution of one pixel as the last layer": (
        Net(lambda net, x: net.last(mean(net, x)[..., None, None]).flatten(1), last=nn.Conv2d(6, 4, 1)),
        "last", Tap("convs", "output"),
    ),
    "channels last": (
        Net(lambda net, x: net.fc(net.token(net.convs(x).permute(0, 2, 3, 1)).mean((1, 2))), token=nn.LayerNorm(6)),
        "fc", Tap("token", "output"),
    ),
    "dropout and a change in place": (
        Net(lambda net, x: net.fc(net.drop(nn.functional.relu(net.body(x), inplace=True).mean((2, 3)))),
            body=nn.Conv2d(3, 6, 3), drop=nn.Dropout(0.5)),
        "fc", Tap("body", "output"),
    ),
    "a head without bias": (
        Net(lambda net, x: net.plain(mean(net, x)), plain=nn.Linear(6, 2, bias=False)), "plain", Tap("convs", "output"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", GOOD)
def test_found(kind):
    net, classifier, maps = GOOD[kind]
    cut = checked(net)
    assert cut.classifier == classifier
    if maps is None or cut.maps is None:
        assert cut.maps == maps
    else:  # the output of a part and of what wraps it are one tensor
        assert cut.maps.name.startswith(maps.name)


def test_a_plane_of_one_cell_is_no_map():
    net = Net(lambda net, x: net.fc(net.convs(x).mean((2, 3))))
    assert find_cut("a net", net, SIDE).maps is not None
    assert find_cut("a net", net, 7).maps is None  # the convolutions leave one cell of 7 x 7


BAD = {
    "shares": (Net(lambda net, x: net.fc(mean(net, x)).softmax(1)), "is not the output .* of its latest one, fc"),
    "several heads": (
        Net(lambda net, x: (net.fc(mean(net, x)) + net.two(mean(net, x))) / 2, two=nn.Linear(6, 3)), "latest one, two",
    ),
    "a temperature": (Net(lambda net, x: net.fc(mean(net, x)) / 2), "plain logits"),
    "no linear layer": (Net(lambda net, x: mean(net, x)), "no linear layer reads one feature of an image"),
    "a layer for each token": (
        Net(lambda net, x: net.fc(net.convs(x).flatten(2).mT).mean(1)), "no linear layer reads one feature",
    ),
    "a dict": (Net(lambda net, x: {"logits": net.fc(mean(net, x))}), "but dict came"),
    "two outputs": (Net(lambda net, x: (net.fc(mean(net, x)), x)), "but tuple came"),
    "one number an image": (Net(lambda net, x: net.fc(mean(net, x))[:, 0]), r"an array of shape \(2,\) came"),
    "infinite": (Net(lambda net, x: net.fc(mean(net, x)) / 0), "NaN or infinite"),
    "another size": (Net(lambda net, x: net.fc(net.convs(x).flatten(1))), "cannot read images of 16 x 16 pixels"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_refused_with_what_was_found(kind):
    net, words = BAD[kind]
    with pytest.raises(InputError, match=words):
        find_cut("a net", net, SIDE)


def test_no_hook_stays_behind():
    net = Net(lambda net, x: net.fc(mean(net, x)))
    checked(net)
    with pytest.raises(InputError):
        find_cut("a net", net, 2)
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in net.modules())
