"""The estimators are scikit-learn's in every way its own checks know."""

import pickle
import warnings
from functools import partial

import numpy as np
import pytest
from goodfit.recipes import GoodfitClassifier, GoodfitRegressor
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

SMALL = {
    "units": (16,),
    "dropout": 0.0,
    "learning_rate": 0.02,
    "batch_size": 32,
    "epochs": 40,
    "early_stopping_patience": 15,
    "random_state": 0,
}


def checks():
    """Yield scikit-learn's checks; the same again with other memory or another float is slow."""
    for estimator in (GoodfitClassifier(**SMALL), GoodfitRegressor(**SMALL)):
        for tried, check in estimator_checks_generator(estimator, mark="xfail"):
            settings = check.keywords if isinstance(check, partial) else {}
            again = {"readonly_memmap", "X_dtype"} & set(settings)
            called = getattr(check, "func", check).__name__
            words = [f"{name}={value}" for name, value in settings.items()]
            yield pytest.param(
                tried,
                check,
                id="-".join([type(estimator).__name__, called, *words]),
                marks=pytest.mark.slow if again else (),
            )


@pytest.mark.parametrize(("estimator", "check"), checks())
def test_scikit_learn_checks(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        check(estimator)


def test_pipeline_grid_search_and_cross_validation():
    x, y = load_iris(return_X_y=True)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), GoodfitClassifier(**SMALL)),
        {"goodfitclassifier__units": [(4,), (16,)]},
        cv=2,
    ).fit(x, y)
    assert search.best_score_ > 0.85
    x, y = load_diabetes(return_X_y=True)
    assert cross_val_score(GoodfitRegressor(**SMALL), x, y, cv=2).mean() > 0.3


def test_missing_values_and_pickle():
    x, y = load_iris(return_X_y=True)
    x[::7, 2] = np.nan
    model = GoodfitClassifier(**SMALL).fit(x, np.array(["a", "b", "c"])[y])
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(model.predict_proba(x), again.predict_proba(x))
    assert set(again.predict(x)) == {"a", "b", "c"}


def test_settings_are_checked():
    x, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match="dropout"):
        GoodfitClassifier(dropout=2.0).fit(x, y)


def test_what_is_not_set_is_the_quick_start_of_these_rows():
    x, y = load_iris(return_X_y=True)
    model = GoodfitClassifier(epochs=1, random_state=0).fit(x, y)
    assert model.run_.config.batch_size == 8
    assert "measured" in model.run_.why("batch_size")
    assert "you set it" in model.run_.why("epochs")
