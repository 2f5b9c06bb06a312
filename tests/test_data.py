"""Tests of the given data.py: loaders on small files made here, grammars against their figures."""

import gzip
import importlib.util
import io
import json
import os
import pickle
import subprocess
import sys
import tarfile
from collections import Counter
from math import comb
from pathlib import Path
from statistics import mean, median

import numpy as np
import pytest

FILE = Path(__file__).parent.parent / "student_template" / "data.py"


def load_module(path):
    spec = importlib.util.spec_from_file_location(f"given_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


data = load_module(FILE)


def words(sequence, i2w):
    return [i2w[i] for i in sequence]


# --- IMDb ---

REVIEWS = {
    "train/pos/0_9.txt": "It's a GOOD film, a good film!",
    "train/pos/1_8.txt": "Good film.<br /><br />See it 2 times",
    "train/neg/0_1.txt": "Bad",
    "train/neg/1_2.txt": "a bad film",
    "train/neg/2_2.txt": "a café",
    "train/unsup/0_0.txt": "nobody labelled this",
    "train/pos/notes.md": "not a review",
    "test/pos/0_10.txt": "a good zebra",
    "test/neg/0_3.txt": "bad",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in REVIEWS.items():
        file = tmp_path / "aclImdb" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "aclImdb"


@pytest.fixture
def archive(folder, tmp_path):
    with tarfile.open(tmp_path / "aclImdb_v1.tar.gz", "w:gz") as tar:
        tar.add(folder, "aclImdb")
    return tmp_path / "aclImdb_v1.tar.gz"


def test_raw_reviews_become_words_with_labels_from_short_to_long(folder):
    (x, y), (x_test, y_test), (i2w, _), classes = data.load_imdb(folder, final=True)
    assert [words(sequence, i2w) for sequence in x] == [
        ["bad"],
        ["a", "café"],
        ["a", "bad", "film"],
        ["good", "film", "see", "it", "times"],
        ["its", "a", "good", "film", "a", "good", "film"],
    ]
    assert y == [1, 1, 1, 0, 0]
    assert [words(sequence, i2w) for sequence in x_test] == [["bad"], ["a", "good", ".unk"]]
    assert y_test == [1, 0]
    assert classes == 2


def test_vocabulary_is_special_tokens_then_falling_frequency_then_alphabet(folder):
    _, _, (i2w, w2i), _ = data.load_imdb(folder)
    assert i2w[:6] == [".pad", ".start", ".end", ".unk", "a", "film"]
    assert i2w[4:] == ["a", "film", "good", "bad", "café", "it", "its", "see", "times"]
    assert [w2i[word] for word in i2w] == list(range(len(i2w)))
    assert [w2i[t] for t in data.SPECIALS] == [data.PAD, data.START, data.END, data.UNK]


@pytest.mark.parametrize("final", [False, True])
@pytest.mark.parametrize("char", [False, True])
def test_folder_parent_and_archive_give_the_same(folder, archive, final, char):
    expected = data.load_imdb(folder, final, char)
    assert data.load_imdb(str(folder.parent), final, char) == expected
    assert data.load_imdb(str(archive), final, char) == expected


def test_validation_is_a_fifth_of_the_training_reviews_in_order(folder):
    (x, y), (x_val, y_val), _, _ = data.load_imdb(folder)
    (x_all, y_all), _, _, _ = data.load_imdb(folder, final=True)
    assert (len(x), len(x_val)) == (4, 1)
    assert sorted(zip(x + x_val, y + y_val, strict=True)) == sorted(zip(x_all, y_all, strict=True))
    assert [len(sequence) for sequence in x] == sorted(len(sequence) for sequence in x)


def test_characters_keep_the_review_as_it_is(folder):
    (x, _), _, (i2w, _), _ = data.load_imdb(folder, final=True, char=True)
    assert "".join(words(x[-1], i2w)) == REVIEWS["train/pos/1_8.txt"]


def pickled(path, content):
    with gzip.open(path, "wb") as file:
        file.write(pickle.dumps(content))
    return path


def course_pickle(n):
    i2w = [".pad", ".start", ".end", ".unk", "a", "b"]
    x = {"train": [[4] * (i + 1) for i in range(n)], "test": [[5], [4, 5]]}
    y = {"train": [i % 2 for i in range(n)], "test": [1, 0]}
    return x, y, i2w, {word: i for i, word in enumerate(i2w)}


def test_the_course_pickle_is_taken_as_it_is(tmp_path):
    x, y, i2w, w2i = content = course_pickle(10)
    path = pickled(tmp_path / "imdb.word.pkl.gz", content)
    train, test, maps, classes = data.load_imdb(path, final=True)
    assert (train, test) == ((x["train"], y["train"]), (x["test"], y["test"]))
    assert (maps, classes) == ((i2w, w2i), 2)
    (x_train, _), (x_val, y_val), _, _ = data.load_imdb(path)
    assert (len(x_train), len(x_val)) == (8, 2)
    assert y_val == [(len(sequence) - 1) % 2 for sequence in x_val]


def test_at_most_5000_reviews_are_held_out(tmp_path):
    content = ({"train": [[4]] * 26_000, "test": []}, {"train": [0] * 26_000, "test": []}, [], {})
    train, val, _, _ = data.load_imdb(pickled(tmp_path / "imdb.word.pkl.gz", content))
    assert (len(train[0]), len(val[0])) == (21_000, 5_000)


class Malicious:
    def __reduce__(self):
        return os.mkdir, ("planted",)


def test_a_pickle_that_runs_code_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = pickled(tmp_path / "imdb.word.pkl.gz", (Malicious(), {}, [], {}))
    with pytest.raises(ValueError, match=r"it asks for \w+\.mkdir"):
        data.load_imdb(path)
    assert not (tmp_path / "planted").exists()


@pytest.mark.parametrize("call", [eval, print, getattr])
def test_a_pickle_may_not_call_builtins_either(tmp_path, call):
    path = pickled(tmp_path / "imdb.word.pkl.gz", call)
    with pytest.raises(ValueError, match=f"it asks for builtins.{call.__name__}"):
        data.load_imdb(path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[: len(raw) // 2],
        lambda raw: b"<html>not found</html>",
        lambda raw: gzip.compress(b"no pickle"),
        lambda raw: gzip.compress(b""),
        lambda raw: gzip.compress(pickle.dumps([1, 2, 3])),
        lambda raw: gzip.compress(pickle.dumps(({"train": [[1]]}, {"train": []}, [], {}))),
        lambda raw: gzip.compress(pickle.dumps(({"train": [1]}, {"train": [1]}, [], {}))),
    ],
)
def test_a_damaged_pickle_is_named(tmp_path, damage):
    path = pickled(tmp_path / "imdb.word.pkl.gz", course_pickle(100))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError) as caught:
        data.load_imdb(path)
    expected = "expected a gzip pickle of (sequences, labels, i2w, w2i)"
    assert str(caught.value).startswith(f"{path}: {expected} (")


def test_a_damaged_archive_is_named(archive):
    archive.write_bytes(archive.read_bytes()[:-200])
    with pytest.raises(ValueError) as caught:
        data.load_imdb(archive)
    assert str(caught.value).startswith(f"{archive}: expected a whole .tar.gz of aclImdb (")


def test_missing_reviews_are_named(tmp_path, folder):
    with pytest.raises(FileNotFoundError) as caught:
        data.load_imdb(tmp_path / "nowhere")
    assert str(caught.value) == (
        f"{tmp_path / 'nowhere'}: expected the folder aclImdb, its .tar.gz or the course's "
        "imdb.word.pkl.gz here, found nothing"
    )
    (folder / "test/neg/0_3.txt").unlink()
    with pytest.raises(FileNotFoundError) as caught:
        data.load_imdb(folder)
    message = f"{folder}: expected reviews as test/neg/*.txt inside, found none"
    assert str(caught.value) == message


def test_a_review_in_another_encoding_is_named(folder):
    file = folder / "train/neg/0_1.txt"
    file.write_bytes("café".encode("latin-1"))
    with pytest.raises(ValueError) as caught:
        data.load_imdb(folder)
    assert str(caught.value) == f"{file}: expected a review in UTF-8, found other bytes"


def test_an_archive_member_outside_aclimdb_is_left_alone(archive, tmp_path):
    with tarfile.open(archive, "w:gz") as tar:
        for name in ("../train/pos/1.txt", "train/neg/1.txt", "test/pos/1.txt", "test/neg/1.txt"):
            member = tarfile.TarInfo(name)
            member.size = 3
            tar.addfile(member, io.BytesIO(b"a b"))
    before = sorted(tmp_path.rglob("*"))
    data.load_imdb(archive)
    assert sorted(tmp_path.rglob("*")) == before


# --- Stanford trees ---


@pytest.fixture
def trees(tmp_path):
    folder = tmp_path / "trees"
    folder.mkdir()
    lines = [
        "(4 (2 A) (4 (3 Fine) (2 film)))",
        "(1 (1 Dull) (2 2\xa01/2))",
        "(2 So)",
        "(3 (2 -LRB-) (3 good))",
        "(0 (2 Caf\u00e9) (0 awful))",
    ]
    (folder / "train.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "dev.txt").write_text(lines[0] + "\n", encoding="utf-8")
    (folder / "test.txt").write_text(lines[1] + "\n", encoding="utf-8")
    return folder


def test_trees_become_tokens_and_three_labels(trees):
    (x, y), val, test = data.load_sst(trees)
    assert x[:3] == [["a", "fine", "film"], ["dull", "2\xa01/2"], ["so"]]
    assert x[3:] == [["-lrb-", "good"], ["café", "awful"]]
    assert [data.SST_LABELS[label] for label in y] == [
        "positive",
        "negative",
        "neutral",
        "positive",
        "negative",
    ]
    assert (val, test) == (([x[0]], [0]), ([x[1]], [1]))
    assert data.load_sst(trees.parent) == data.load_sst(str(trees))


@pytest.mark.parametrize("line", ["(3 (2 so) (4 good)", "so good", "", "((3 so)", "(3 so) and"])
def test_a_damaged_tree_is_named(trees, line):
    path = trees / "dev.txt"
    path.write_text(f"(2 so)\n{line}\n(2 so)\n")
    with pytest.raises(ValueError) as caught:
        data.load_sst(trees)
    assert str(caught.value) == f"{path}, line 2: expected a tree like (3 (2 so) (4 good))"


def test_missing_trees_are_named(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        data.load_sst(tmp_path)
    path = tmp_path / "train.txt"
    assert str(caught.value) == f"{path}: expected the Stanford trees here, found no such file"


# --- Part-of-speech tags ---


def conll(*sentences):
    rows = (
        "\n".join(
            "\t".join([str(i), *token.split("/"), "_", "_", "_", "_", "_"])
            for i, token in enumerate(sentence.split(), 1)
        )
        for sentence in sentences
    )
    return "\n\n".join(rows) + "\n\n"


def tokens(text):
    """Write word/tag as word, lemma, coarse tag, fine tag."""
    return " ".join(f"{t.split('/')[0]}/_/_/{t.split('/')[1]}" for t in text.split())


@pytest.fixture
def corpus(tmp_path):
    train = [tokens("The/DT cat/NN sees/VBZ the/DT cat/NN ./."), tokens("Go/VB")]
    train += [" ".join([tokens("a/DT")] * 14), " ".join([tokens("b/DT")] * 15)]
    (tmp_path / "train-02-21.conll").write_text(conll(*train))
    (tmp_path / "test-23.conll").write_text(conll(tokens("cat/NN ran/VBD")))
    (tmp_path / "dev-22.conll").write_text(conll(tokens("dog/NN ran/VBD to/TO him/PRP")))
    return tmp_path


def test_sentences_become_ids_of_words_and_of_coarse_tags(corpus):
    pos = data.PostagCorpusData(corpus)
    batches = pos.batches("train", batch_size=1)
    assert [len(batch["input"]) for batch in batches] == [6, 14]
    by_id = {i: tag for tag, i in pos.tag_dict.items()}
    first = [by_id[i] for i in batches[0]["output"].tolist()]
    assert first == ["det", "noun", "verb", "det", "noun", "."]
    assert batches[0]["input"].tolist() == [0, 1, 2, 3, 1, 4]
    for batch in batches:
        assert batch.keys() == {"input", "output"}
        assert batch["input"].shape == batch["output"].shape
        assert batch["input"].dtype == batch["output"].dtype == np.int64


def test_words_of_all_splits_are_counted_and_noun_is_tag_0(corpus):
    pos = data.PostagCorpusData(str(corpus))
    assert list(pos.word_dict) == ["The", "cat", "sees", "the", ".", "a", "ran", "dog", "to", "him"]
    assert (pos.input_size, pos.output_size) == (10, 12)
    assert pos.tag_dict["noun"] == 0
    assert pos.batches("dev")[0]["input"].tolist() == [7, 6, 8, 9]
    assert pos.batches("dev")[0]["output"].tolist() == [
        pos.tag_dict[tag] for tag in ("noun", "verb", "prt", "pron")
    ]


def test_each_fine_tag_has_one_coarse_tag():
    fine = [tag for tags in data._COARSE.values() for tag in tags.split()]
    assert len(fine) == len(set(fine))
    assert len(data._COARSE) == 12
    penn = (
        "cc cd dt ex fw in jj jjr jjs ls md nn nnp nnps nns pdt pos prp prp$ rb rbr rbs rp sym to"
    )
    penn += " uh vb vbd vbg vbn vbp vbz wdt wp wp$ wrb # $ '' ( ) , . : `` -lrb- -rrb-"
    assert set(penn.split()) <= set(fine)


def test_a_split_keeps_1000_sentences(corpus):
    (corpus / "dev-22.conll").write_text(conll(*[tokens("a/DT b/NN")] * 1001))
    assert len(data.PostagCorpusData(corpus).batches("dev")) == 1000


def test_an_unknown_tag_is_taken_as_noun_with_a_warning(corpus):
    (corpus / "dev-22.conll").write_text(conll(tokens("hm/ZZ hm/ZZ")))
    with pytest.warns(UserWarning, match="^tag zz is not known, taken as noun$") as caught:
        pos = data.PostagCorpusData(corpus)
    assert len(caught) == 1
    assert pos.batches("dev")[0]["output"].tolist() == [0, 0]


def test_a_wrong_split_or_batch_size_is_named(corpus):
    pos = data.PostagCorpusData(corpus)
    for arguments, found in ((("val",), "val, 1"), (("dev", 2), "dev, 2")):
        with pytest.raises(ValueError) as caught:
            pos.batches(*arguments)
        assert str(caught.value) == f"expected train, dev or test and size 1, got {found}"


def test_missing_and_damaged_conll_files_are_named(corpus):
    path = corpus / "dev-22.conll"
    path.write_text("1\tcat\tNN\n")
    with pytest.raises(ValueError) as caught:
        data.PostagCorpusData(corpus)
    assert str(caught.value) == f"{path}, line 1: expected 10 columns, divided by tabs"
    path.unlink()
    with pytest.raises(FileNotFoundError) as caught:
        data.PostagCorpusData(corpus)
    assert str(caught.value) == f"{path}: expected a CoNLL file here, found no such file"


# --- Grammars ---

N = 40_000


def lengths_of(x):
    lengths = [len(sequence) for sequence in x]
    assert lengths == sorted(lengths)
    return lengths


def test_ndfa_follows_its_grammar_and_figures():
    x, (i2w, _) = data.load_ndfa(n=N, char=True)
    texts = Counter("".join(words(sequence, i2w)) for sequence in x)
    lengths = lengths_of(x)
    assert i2w == [*data.SPECIALS, *"!abcklmsuvw"]
    assert texts["ss"] / N == pytest.approx(1 / 4, abs=0.011)
    assert texts["sabc!s"] / N == pytest.approx(1 / 16, abs=0.006)
    assert {text[1:5] for text in texts if len(text) > 2} == {"abc!", "uvw!", "klm!"}
    assert all(text == f"s{text[1:5] * (len(text) // 4)}s" for text in texts if len(text) > 2)
    assert mean(lengths) == pytest.approx(14, abs=0.3)
    assert (median(lengths), lengths[int(0.9 * N)]) == (10, 34)


def test_brackets_follow_their_grammar_and_figures():
    x, (i2w, _) = data.load_brackets(n=N, char=True)
    lengths = lengths_of(x)
    assert i2w == [*data.SPECIALS, "(", ")"]
    for sequence in x:
        depth = np.cumsum([1 if i2w[i] == "(" else -1 for i in sequence])
        assert depth[-1] == 0
        assert (depth[:-1] > 0).all()
    for pairs in (1, 2, 3, 4):
        trees = comb(2 * pairs - 2, pairs - 1) // pairs
        probability = trees * (7 / 16) ** (pairs - 1) * (9 / 16) ** pairs
        assert lengths.count(2 * pairs) / N == pytest.approx(probability, abs=0.013)
    assert mean(lengths) == pytest.approx(9.0, abs=0.8)
    assert (median(lengths), lengths[int(0.9 * N)]) == (2, 18)


def test_toy_sentences_are_words_or_the_same_in_characters():
    x, (i2w, _) = data.load_toy(n=4000)
    x_char, (i2c, _) = data.load_toy(n=4000, char=True)
    lengths = lengths_of(x)
    texts = [" ".join(words(sequence, i2w)) for sequence in x]
    assert sorted(texts) == sorted("".join(words(sequence, i2c)) for sequence in x_char)
    assert len(i2w) == 34
    assert set(i2w[4:]) == set(" ".join(texts).split())
    assert set(i2c[4:]) == set(" ".join(texts))
    assert lengths[0] == 3
    assert 7.5 < mean(lengths) < 10
    assert 40 < mean(lengths_of(x_char)) < 50
    assert len(set(texts)) > 2000


@pytest.mark.parametrize("load", [data.load_ndfa, data.load_brackets, data.load_toy])
def test_the_seed_decides_what_is_drawn_and_the_ids_stay(load):
    x, maps = load(500)
    assert load(500, seed=0) == (x, maps)
    other, other_maps = load(500, seed=1)
    assert other != x
    assert other_maps == maps
    assert load(1)[1] == maps
    assert load(0) == ([], maps)


@pytest.mark.parametrize("load", [data.load_ndfa, data.load_brackets])
def test_a_sequence_is_characters_in_any_case(load):
    assert load(50, 3, True) == load(50, 3, False)


SHOW = """
import json, sys
sys.path.insert(0, sys.argv[1])
import data
print(json.dumps([data.load_ndfa(99), data.load_brackets(99), data.load_toy(99),
                  data.load_toy(99, True), data.load_imdb(sys.argv[2])]))
"""


@pytest.mark.parametrize("hashseed", ["1", "2"])
def test_ids_do_not_depend_on_the_hash_seed(folder, hashseed):
    shown = subprocess.run(
        [sys.executable, "-B", "-c", SHOW, str(FILE.parent), str(folder)],
        env={**os.environ, "PYTHONHASHSEED": hashseed},
        capture_output=True,
        text=True,
        check=True,
    )
    here = [
        data.load_ndfa(99),
        data.load_brackets(99),
        data.load_toy(99),
        data.load_toy(99, True),
        data.load_imdb(folder),
    ]
    assert json.loads(shown.stdout) == json.loads(json.dumps(here))
    assert shown.stderr == ""


def test_the_draws_are_the_same_on_every_machine():
    x, (i2w, _) = data.load_ndfa(6)
    assert ["".join(words(sequence, i2w)) for sequence in x] == [
        "ss",
        "ss",
        "suvw!s",
        "suvw!s",
        "suvw!s",
        "sklm!klm!klm!s",
    ]
    x, (i2w, _) = data.load_toy(3)
    assert [" ".join(words(sequence, i2w)) for sequence in x] == [
        "( a queen paints )",
        "a tall juggler follows the juggler",
        "the tall juggler follows a fox behind the pilot with the baker",
    ]
