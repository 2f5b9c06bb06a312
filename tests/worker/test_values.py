"""Values: what a student returns ends up as plain data of exact types, whatever it pretends to be."""

import collections
import contextlib
import math
from collections import namedtuple
from enum import Enum
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.worker.values import DEPTH_CAP, ITEM_CAP, RECORDS_CAP, Encoder, decode
from graders.worker.wire import BadFrame


def no_handle(form):
    raise BadFrame("a handle")


def there_and_back(value):
    encoder = Encoder(lambda thing: {"handle": 1, "type": type(thing).__name__})
    form = encoder.encode(value)
    return decode(form, encoder.tensors, lambda form: form)


@pytest.mark.parametrize(
    "value",
    [None, True, False, 0, -(2**63), 1.5, "ü\n", "", [], [1, [2]], (1, (2,)), {"a": [1]}, {1: "b"}],
)
def test_plain_values_come_back_equal_and_of_the_same_type(value):
    assert there_and_back(value) == value
    assert type(there_and_back(value)) is type(value)


def test_numbers_that_json_lacks_come_back():
    assert math.isnan(there_and_back(float("nan")))
    assert there_and_back([float("inf"), float("-inf")]) == [float("inf"), float("-inf")]


@pytest.mark.parametrize(
    "dtype", [torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.bool]
)
def test_tensors_keep_dtype_and_shape(dtype):
    tensor = torch.tensor([[0, 1, 2], [3, 4, 5]]).to(dtype)
    for value in (tensor, tensor.T, tensor[:0], tensor[0, 0]):
        back = there_and_back(value)
        assert back.dtype == dtype and torch.equal(back, value)


def test_parameters_and_subclasses_become_plain_tensors():
    class Liar(torch.Tensor):
        def __eq__(self, other):
            return True

    back = there_and_back(torch.ones(3).as_subclass(Liar))
    assert type(back) is torch.Tensor
    assert type(there_and_back(torch.nn.Parameter(torch.ones(2)))) is torch.Tensor


def test_liars_become_plain_numbers():
    class Number(float):
        def __eq__(self, other):
            return True

        __hash__ = float.__hash__

    class Text(str):
        __slots__ = ()

    assert type(there_and_back(Number(2.0))) is float
    assert type(there_and_back(Text("a"))) is str
    assert type(there_and_back(np.float64(1.5))) is float
    assert type(there_and_back(np.int32(3))) is int


def test_arrays_and_named_tuples_keep_their_kind():
    array = there_and_back(np.arange(6.0).reshape(2, 3)[:, ::-1])
    assert isinstance(array, np.ndarray) and array.tolist() == [[2.0, 1.0, 0.0], [5.0, 4.0, 3.0]]
    record = there_and_back(namedtuple("History", "loss norm")([1.0], [2.0]))
    assert record.loss == [1.0] and record.norm == [2.0]
    assert tuple(there_and_back(torch.zeros(2, 3).shape)) == (2, 3)


def test_iterators_are_listed_and_objects_become_handles():
    assert there_and_back(i * i for i in range(3)) == [0, 1, 4]
    assert there_and_back(Fraction(1, 2)) == {"handle": 1, "type": "Fraction"}
    assert there_and_back(Enum("Color", "RED").RED) == {"handle": 1, "type": "Color"}


def test_what_is_too_large_or_too_deep_is_refused():
    deep = []
    for _ in range(DEPTH_CAP + 2):
        deep = [deep]
    endless: list[object] = []
    endless.append(endless)
    for value in (deep, endless, list(range(300_000)), 2**70):
        with pytest.raises(BadFrame):
            there_and_back(value)


def test_numpy_s_own_whole_numbers_travel_as_torch_s():
    for kind in (np.uint16, np.uint32, np.uint64):
        back = there_and_back(np.arange(3, dtype=kind))
        assert back.dtype == np.int64 and back.tolist() == [0, 1, 2]
    assert there_and_back(np.arange(3, dtype=np.uint8)).dtype == np.uint8


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (torch.zeros([1] * 33), "a tensor of 33 axes cannot be returned"),
        (torch.zeros(2**40, 0), "an empty tensor of shape"),
        (torch.zeros(2).to(torch.float8_e5m2), "a tensor of dtype float8_e5m2 cannot be returned"),
        (torch.zeros(2, dtype=torch.uint16), "a tensor of dtype uint16 cannot be returned"),
        (2**63, "a whole number of 64 bits cannot be returned"),
    ],
)
def test_what_torch_itself_stumbles_over_is_refused_where_it_is_made(value, words):
    with pytest.raises(BadFrame, match=words):
        there_and_back(value)


def test_a_liar_s_tensor_is_taken_once():
    form = {"tensor": "a"}
    with pytest.raises(BadFrame, match="unknown form"):
        decode([form, form], {"a": torch.ones(2)}, no_handle)


def test_a_liar_s_value_has_the_bounds_of_an_honest_one():
    deep = []
    for _ in range(DEPTH_CAP + 2):
        deep = [deep]
    kinds = [{"record": [1], "fields": [f"a{i}"]} for i in range(RECORDS_CAP + 1)]
    long = {"record": [0] * 65, "fields": ["a"] * 65}
    for form in (deep, [0] * ITEM_CAP, 2**63, kinds, long, {"record": [1], "fields": []}):
        with pytest.raises(BadFrame):
            decode(form, {}, no_handle)
    assert len(decode(kinds[1:] * 100, {}, no_handle)) == 100 * RECORDS_CAP


def test_field_names_that_are_one_to_python_are_no_error():
    record = decode({"record": [1, 2, 3], "fields": ["\ufb01", "fi", "class"]}, {}, no_handle)
    assert record == (1, 2, 3) and record.fi == 1


def test_a_text_of_lone_surrogates_can_be_printed():
    assert there_and_back("a\ud800").encode("utf-8") == b"a\\ud800"


@pytest.mark.parametrize(
    "form",
    [{}, {"x": 1}, {"tensor": "missing"}, {"tensor": 3}, {"float": "1"}, {"dtype": "os"},
     {"dtype": "nn"}, {"dict": [[1]]}, {"dict": [[[1], 2]]}, {"record": [1], "fields": ["a", "b"]},
     {"tuple": 3}, {"handle": "3"}, {"torch": "os.system"}],
)  # fmt: skip
def test_forms_that_no_encoder_writes_are_refused(form):
    with pytest.raises(BadFrame):
        decode(form, {}, no_handle)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["tensor", "array", "tuple", "dict", "record", "fields", "float", "dtype", "x"]
            ),
            inner,
            max_size=2,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=300, deadline=None)
@given(json)
def test_any_json_decodes_or_is_refused(form):
    with contextlib.suppress(BadFrame):
        decode(form, {"a": torch.ones(2)}, no_handle)


class Vocabulary(dict):
    def __init__(self, tokens):
        super().__init__({token: place for place, token in enumerate(tokens)})
        self.itos = tokens


class Counts(dict):
    def __missing__(self, key):
        return 0


def test_a_dictionary_that_is_more_travels_as_an_object():
    made = []
    encoder = Encoder(lambda value: made.append(value) or {"handle": len(made)})
    assert encoder.encode(Vocabulary(["a"])) == {"handle": 1}
    assert encoder.encode(Counts(a=1)) == encoder.encode({"a": 1}) == {"dict": [["a", 1]]}
    assert encoder.encode(collections.Counter("a")) == {"dict": [["a", 1]]}
