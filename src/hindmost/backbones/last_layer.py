"""A last layer as one linear map, whichever module holds it.

Besides ``nn.Linear`` itself: its subclasses (timm has one), and a convolution of 1 x 1 after pooling. That the
map of the weights is what the module computes is checked in numbers by whoever uses it.
"""

from __future__ import annotations

from torch import nn


def as_linear(layer: nn.Module) -> nn.Linear | None:
    """A plain linear layer with the same weights, shared and not copied; None where the module is none."""
    if type(layer) is nn.Linear:
        return layer
    if not isinstance(layer, nn.Linear) and not _is_pointwise(layer):
        return None
    weight, bias = layer.weight, layer.bias
    assert isinstance(weight, nn.Parameter)
    rows = weight.detach().flatten(1)  # (c, d)
    linear = nn.Linear(rows.shape[1], rows.shape[0], bias=bias is not None, device="meta")
    linear.weight = nn.Parameter(rows, requires_grad=False)
    if isinstance(bias, nn.Parameter):
        linear.bias = nn.Parameter(bias.detach(), requires_grad=False)
    return linear.eval()


def n_outputs(layer: nn.Module) -> int:
    """How many logits a last layer gives."""
    linear = as_linear(layer)
    assert linear is not None
    return linear.out_features


def of_classes(layer: nn.Module, n_classes: int) -> nn.Module:
    """A fresh last layer of the same kind for another number of classes."""
    if isinstance(layer, nn.Conv2d):
        return nn.Conv2d(layer.in_channels, n_classes, 1, bias=layer.bias is not None)
    assert isinstance(layer, nn.Linear)
    return nn.Linear(layer.in_features, n_classes, bias=layer.bias is not None)


def _is_pointwise(layer: nn.Module) -> bool:
    if not isinstance(layer, nn.Conv2d):
        return False
    plain = (layer.kernel_size, layer.stride, layer.padding) == ((1, 1), (1, 1), (0, 0))
    return plain and layer.groups == 1
