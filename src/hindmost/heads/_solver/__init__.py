"""Logistic regressions for heads: a solver for thousands of small fits, each with a certificate.

``solve_path`` fits one problem at many C, ``solve_many`` many weightings of the same rows; ``l1_fit`` and
``l2_fit`` are scikit-learn's fits, for heads that reproduce a published script.
"""

from hindmost.heads._solver.certificate import Certificate
from hindmost.heads._solver.fit import Fit
from hindmost.heads._solver.problem import Penalty, Problem
from hindmost.heads._solver.published import l1_fit, l2_fit
from hindmost.heads._solver.solution import Solution
from hindmost.heads._solver.solve import solve_many, solve_path

__all__ = ["Certificate", "Fit", "Penalty", "Problem", "Solution", "l1_fit", "l2_fit", "solve_many", "solve_path"]
