"""Expected values of arms given inputs: splines of each input and products of pairs, with a ridge penalty.

After Strong, Oakley, Brennan 2014 (Medical Decision Making 34:311, doi 10.1177/0272989X13505910), who regress the values
of simulated decisions on inputs. Splines and regression are scikit-learn's.
"""

from __future__ import annotations

from itertools import combinations
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError

F8: TypeAlias = NDArray[np.float64]
KNOTS = 5
WORLDS_A_PAIR = 40  # worlds that each product of two inputs asks for
# no larger: a regression shrunk to a constant never chooses another arm, and what it then finds is 0 without any error
PENALTIES = np.logspace(-3, 2, 11)


def sklearn_module(module: str) -> ModuleType:
    """A module of scikit-learn; InputError where that is missing."""
    import importlib

    try:
        return importlib.import_module(f"sklearn.{module}")
    except ImportError as error:
        raise InputError("decisions need scikit-learn: pip install 'viralsim[decide]'") from error


def require_library() -> None:
    """InputError where scikit-learn is missing: better before worlds are run than after."""
    sklearn_module("preprocessing")


def _columns(inputs: F8) -> Any:
    """A transformer of inputs into the columns of the regression; knots are at the inputs' quantiles."""
    preprocessing = sklearn_module("preprocessing")
    parts: list[tuple[str, Any, list[int]]] = []
    varying = [i for i in range(inputs.shape[1]) if np.ptp(inputs[:, i]) > 0.0]
    for i in varying:
        knots = np.unique(np.quantile(inputs[:, i], np.linspace(0.0, 1.0, KNOTS)))
        spline = preprocessing.SplineTransformer(degree=3, knots=knots[:, None], extrapolation="linear")
        parts.append((f"spline {i}", spline, [i]))
    pairs = list(combinations(varying, 2))
    if pairs and len(pairs) * WORLDS_A_PAIR <= len(inputs):
        product = preprocessing.PolynomialFeatures(2, interaction_only=True, include_bias=False)
        pipeline = sklearn_module("pipeline").make_pipeline(preprocessing.StandardScaler(), product)
        parts.append(("products", pipeline, varying))
    return sklearn_module("compose").ColumnTransformer(parts) if parts else None


class ExpectedValues:
    """What arms are worth on average given the inputs, learnt from worlds.

    inputs: float64[n, k]. values: float64[n, m], one column per arm.
    """

    def __init__(self, inputs: F8, values: F8) -> None:
        self.columns, self.means = _columns(inputs), values.mean(axis=0)
        self.scale = np.where(values.std(axis=0) > 0.0, values.std(axis=0), 1.0)
        if self.columns is not None:
            ridge = sklearn_module("linear_model").RidgeCV(alphas=PENALTIES, alpha_per_target=True)
            scaled = sklearn_module("preprocessing").StandardScaler()
            self.model = sklearn_module("pipeline").make_pipeline(self.columns, scaled, ridge)
            self.model.fit(inputs, (values - self.means) / self.scale)

    def __call__(self, inputs: F8) -> F8:
        """Expected values at ``inputs`` float64[n, k], float64[n, m]."""
        if self.columns is None:
            return np.tile(self.means, (len(inputs), 1))
        found: F8 = np.asarray(self.model.predict(inputs)).reshape(len(inputs), -1) * self.scale
        found += self.means
        return found
