"""The flags of a model and of an episode become the records that they stand for."""

from dataclasses import fields

import pytest

from closeup.cli.model import AskFlags, ModelFlags, make_options, make_setting
from closeup.conversation import Budget
from closeup.message import Sampling
from closeup.models import ModelOptions
from closeup.records import CloseupError


def test_every_option_of_a_model_has_its_flag_with_the_same_default():
    assert make_options(ModelFlags(), AskFlags()) == ModelOptions()
    named = {field.name for field in fields(ModelFlags)} | {"native_tools"}
    assert named == set(ModelOptions.model_fields)


def test_flags_that_are_left_out_are_the_setting_s_own_defaults():
    setting = make_setting(AskFlags())
    assert (setting.budget, setting.sampling) == (Budget(), Sampling())
    assert not setting.tools


def test_flags_reach_the_setting():
    flags = AskFlags(tools=("zoom_in",), max_calls=1, temperature=0.7, crop_pixels=50_000)
    setting = make_setting(flags)
    assert list(setting.tools) == ["zoom_in"]
    assert (setting.budget.calls, setting.sampling.temperature) == (1, 0.7)
    assert setting.crops.size(400, 400) == (224, 224)


@pytest.mark.parametrize(
    ("flags", "rule"),
    [
        (AskFlags(temperature=-1.0), "temperature: -1.0: Input should be greater than or equal"),
        (AskFlags(max_calls=-1), "calls: -1: Input"),
        (AskFlags(tools=("hammer",)), "tool 'hammer': need one of zoom_in"),
    ],
)
def test_a_setting_that_cannot_be_is_one_clear_line(flags, rule):
    with pytest.raises(CloseupError, match=rule) as caught:
        make_setting(flags)
    assert "\n" not in str(caught.value)


def test_an_option_that_cannot_be_is_one_clear_line():
    with pytest.raises(CloseupError, match="connections: 0: Input should be greater"):
        make_options(ModelFlags(connections=0), AskFlags())
