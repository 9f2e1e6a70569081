import pytest

from core.errors import RecipeError
from training.recipe import load_recipe, recipe_names


@pytest.mark.parametrize("name", recipe_names())
def test_shipped_recipe_is_valid_and_named_as_its_file(name):
    assert load_recipe(name).name == name.rpartition("/")[2]


def test_unknown_recipe_lists_the_known():
    with pytest.raises(RecipeError, match=r"no recipe 'nonsense': choose one of .*reference"):
        load_recipe("nonsense")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("epochs = ", "not valid TOML"),
        ('name = "x"', "description"),
        ('name="x"\ndescription=""\nnetwork="reference"\nepochs=0', "epochs"),
        ('name="x"\ndescription=""\nnetwork="reference"\nepochs=5\nepoch=3', "epoch"),
        ('name="x"\ndescription=""\nnetwork="vgg"\nepochs=5', "network"),
        ('name="x"\ndescription=""\nnetwork="residual"\nepochs=5\nwidths=[8, 16]', "widths"),
        ('name="x"\ndescription=""\nnetwork="residual"\nepochs=5', "needs `widths`"),
        ('name="x"\ndescription=""\nnetwork="residual"\nepochs=5\nwidths=[16,16,16,16,16]', "widths"),
        ('name="x"\ndescription=""\nnetwork="reference"\nepochs=5\nwarmup_epochs=inf', "warmup_epochs"),
        ('name="x"\ndescription=""\nnetwork="reference"\nepochs=5\n[source_weights]\na=0', "source_weights"),
        (
            'name="x"\ndescription=""\nnetwork="reference"\nepochs=5\nema=0.9\nearly_stopping=3',
            "either ema or",
        ),
        (
            'name="x"\ndescription=""\nnetwork="reference"\nepochs=5\n[augmentation]\nshift=3',
            "augmentation.shift",
        ),
    ],
)
def test_bad_recipe_names_what_is_wrong(tmp_path, text, sentence):
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(RecipeError, match=sentence):
        load_recipe(str(tmp_path / "bad.toml"))


def test_file_that_is_no_text_and_a_folder_are_one_sentence(tmp_path):
    (tmp_path / "latin.toml").write_bytes('name = "Müller"'.encode("latin-1"))
    (tmp_path / "folder.toml").mkdir()
    for name, sentence in (("latin", "not valid TOML"), ("folder", "cannot be read")):
        with pytest.raises(RecipeError, match=sentence):
            load_recipe(str(tmp_path / f"{name}.toml"))


def test_settings_are_adjusted_within_their_ranges():
    quick = load_recipe("quick")
    assert quick.adjusted(epochs=3, batch_size=None) == quick.model_copy(update={"epochs": 3})
    with pytest.raises(RecipeError, match="epochs"):
        quick.adjusted(epochs=0)
