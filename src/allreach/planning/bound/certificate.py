"""What a bound follows from, as tables: a programme, row prices and the trees of branch and bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allreach.planning.bound.duality import proven_value
from allreach.planning.model import formulation
from allreach.planning.model.problem import Bools, Floats, Ints
from allreach.planning.model.solver import Programme


@dataclass(frozen=True)
class Bound:
    """A bound with its certificate.

    Parameters
    ----------
    lower_bound_usd
        No plan for the model that reaches as many people costs less. [USD]
    programme
        Rows and columns, cuts included.
    row_price
        Price of each row.
    x
        Point of the relaxation; guides the heuristic, proves nothing.
    columns
        Where the families of columns begin.
    n_cuts, n_rounds
        Cuts with a price, rounds of separation.
    trees
        What branch and bound adds, cluster by cluster.
    """

    lower_bound_usd: float
    programme: Programme
    row_price: Floats
    x: Floats
    columns: formulation.Columns
    n_cuts: int
    n_rounds: int
    trees: tuple[Tree, ...] = ()

    def certificate(self) -> dict[str, pd.DataFrame]:
        """Tables ``rows`` (with prices), ``columns``, ``entries``, ``cluster_*``: all that the bound follows from."""
        p = self.programme
        return {
            **(tree_tables(self.trees) if self.trees else {}),
            "rows": pd.DataFrame(
                {
                    "family": p.family_of_rows(),
                    "lower": p.row_lower,
                    "upper": p.row_upper,
                    "price": self.row_price,
                }
            ),
            "columns": pd.DataFrame(
                {
                    "family": p.family_of_columns(),
                    "cost_kusd": p.cost,
                    "lower": p.lower,
                    "upper": p.upper,
                }
            ),
            "entries": pd.DataFrame(
                {"row": p.entry_row.astype(np.int32), "column": p.entry_col.astype(np.int32), "value": p.entry_value}
            ),
        }


@dataclass(frozen=True)
class Tree:
    """What branch and bound proves about some rows of a programme; node 0 is the root.

    Parameters
    ----------
    rows, columns
        Rows of the programme that the tree is about (those of a cluster, or all), and all columns on them.
    cost
        Share of the costs of these columns.
    parent, column, at_least, limit
        Node above each node (-1 for the root), column on which that was split, the side taken (``column >= limit``,
        else ``column <= limit``), shape (M,).
    leaf, price
        Nodes that were not split, shape (L,), and the row prices that prove their values, shape (L, rows).
    """

    rows: Ints
    columns: Ints
    cost: Floats
    parent: Ints
    column: Ints
    at_least: Bools
    limit: Floats
    leaf: Ints
    price: Floats

    def value(self, programme: Programme, matrix: csr_array) -> float:
        """Value of the lowest leaf."""
        p = programme
        inside = matrix[self.rows, :][:, self.columns]
        place = np.full(p.n_columns, -1, dtype=np.int64)
        place[self.columns] = np.arange(len(self.columns))
        out = np.inf
        for node, price in zip(self.leaf.tolist(), self.price, strict=True):
            lower, upper = p.lower[self.columns].copy(), p.upper[self.columns].copy()
            while self.parent[node] >= 0:
                j, limit = place[self.column[node]], self.limit[node]
                if self.at_least[node]:
                    lower[j] = max(lower[j], limit)
                else:
                    upper[j] = min(upper[j], limit)
                node = int(self.parent[node])
            rows = self.rows
            value = proven_value(self.cost, lower, upper, inside, p.row_lower[rows], p.row_upper[rows], price)
            out = min(out, value)
        return out


def node_tables(trees: Sequence[Tree], base: Sequence[Floats]) -> dict[str, pd.DataFrame]:
    """Trees as tables.

    Parameters
    ----------
    trees
        One a cluster.
    base
        Price of each row of each tree that is written down elsewhere.

    Returns
    -------
    tables
        ``nodes`` (cluster, node, parent, column, at_least, limit, is_leaf): node 0 of each cluster is its root;
        ``prices`` (cluster, node, row, price): where a leaf's price is not the one in ``base``.
    """
    leaf, other = [], []
    for tree, usual in zip(trees, base, strict=True):
        at = np.nonzero(tree.price != usual)
        leaf.append(at[0])
        other.append(at[1])
    return {
        "nodes": pd.DataFrame(
            {
                "cluster": _numbered([len(t.parent) for t in trees]),
                "node": _joined([np.arange(len(t.parent)) for t in trees], np.int32),
                "parent": _joined([t.parent for t in trees], np.int32),
                "column": _joined([t.column for t in trees], np.int32),
                "at_least": _joined([t.at_least for t in trees], np.bool_),
                "limit": _joined([t.limit for t in trees], np.float64),
                "is_leaf": _joined([np.isin(np.arange(len(t.parent)), t.leaf) for t in trees], np.bool_),
            }
        ),
        "prices": pd.DataFrame(
            {
                "cluster": _numbered([len(k) for k in leaf]),
                "node": _joined([t.leaf[k] for t, k in zip(trees, leaf, strict=True)], np.int32),
                "row": _joined([t.rows[k] for t, k in zip(trees, other, strict=True)], np.int32),
                "price": _joined([t.price[i, j] for t, i, j in zip(trees, leaf, other, strict=True)], np.float64),
            }
        ),
    }


def tree_tables(trees: Sequence[Tree]) -> dict[str, pd.DataFrame]:
    """Clusters of a certificate: the rows and columns of each besides its tree (`node_tables`).

    ``cluster_rows`` (cluster, row, price: that of the first leaf) and ``cluster_columns`` (cluster, column, cost_kusd).
    """
    nodes = node_tables(trees, [tree.price[0] for tree in trees])
    return {
        "cluster_rows": pd.DataFrame(
            {
                "cluster": _numbered([len(t.rows) for t in trees]),
                "row": _joined([t.rows for t in trees], np.int32),
                "price": _joined([t.price[0] for t in trees], np.float64),
            }
        ),
        "cluster_columns": pd.DataFrame(
            {
                "cluster": _numbered([len(t.columns) for t in trees]),
                "column": _joined([t.columns for t in trees], np.int32),
                "cost_kusd": _joined([t.cost for t in trees], np.float64),
            }
        ),
        "cluster_nodes": nodes["nodes"],
        "cluster_prices": nodes["prices"],
    }


def _numbered(count: list[int]) -> Ints:
    return np.repeat(np.arange(len(count), dtype=np.int32), count)


def _joined(arrays: list[NDArray], kind: type) -> NDArray:
    return np.concatenate([*arrays, np.zeros(0)]).astype(kind)
