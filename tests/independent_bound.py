"""What a certificate proves: weak duality in plain float64, by row prices alone or leaf by leaf of branching trees.

One form of tree serves all certificates: ``nodes`` (cluster, node, parent, column, at_least, limit, is_leaf) and
``prices`` (cluster, node, row, price: where a leaf's price is not the one that stands beside the row).
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

Tables = dict[str, pd.DataFrame]
WHOLE = {"y", "t", "z"}  # families of columns that are 0 or 1 in every plan


def proven(certificate: Tables, prefix: str, cost_column: str) -> float | str:
    """Value that a certificate proves, in its own unit, or what is wrong with it."""
    missing = [prefix + name for name in ("rows", "columns", "entries") if prefix + name not in certificate]
    if missing:
        return f"bound/{missing[0]}.parquet is missing"
    rows, columns, entries = (certificate[prefix + name] for name in ("rows", "columns", "entries"))
    y = rows["price"].fillna(0.0).to_numpy(dtype=np.float64).copy()
    cost = columns[cost_column].to_numpy(dtype=np.float64).copy()
    lower, upper = (columns[name].to_numpy(dtype=np.float64) for name in ("lower", "upper"))
    total = 0.0
    if not prefix and len(certificate.get("cluster_rows", ())):
        by_clusters = _clusters(certificate)
        if isinstance(by_clusters, str):
            return by_clusters
        total = by_clusters
        y[certificate["cluster_rows"]["row"]] = 0.0
        given = certificate["cluster_columns"]
        np.subtract.at(cost, given["column"].to_numpy(), given["cost_kusd"].to_numpy(dtype=np.float64))
    sides = rows[["lower", "upper"]].to_numpy(dtype=np.float64)
    at, column, value = (entries[name].to_numpy() for name in ("row", "column", "value"))
    found = total + _weak_duality(cost, lower, upper, sides, at, column, value, y)
    if not prefix or not len(certificate.get(prefix + "nodes", ())):
        return found
    lowest = _lowest_leaf(
        certificate[prefix + "nodes"], certificate[prefix + "prices"], columns["family"].to_numpy(),
        np.arange(len(rows)), np.arange(len(columns)), (cost, lower, upper), sides, (at, column, value), y,
    )  # fmt: skip
    return f"pieces: {lowest}" if isinstance(lowest, str) else max(found, lowest)


def _lowest_leaf(
    tree: pd.DataFrame,
    prices: pd.DataFrame,
    family: np.ndarray,
    local_row: np.ndarray,
    local_column: np.ndarray,
    box: tuple[np.ndarray, np.ndarray, np.ndarray],
    sides: np.ndarray,
    entries: tuple[np.ndarray, np.ndarray, np.ndarray],
    usual: np.ndarray,
) -> float | str:
    """Value of the lowest leaf of a tree whose leaves cover all; prices are the usual ones but where a leaf says."""
    if tree["cluster"].nunique() != 1 or (len(prices) and set(prices["cluster"]) != {tree["cluster"].iloc[0]}):
        return "not one tree"
    boxes = _leaves(tree, family)
    if isinstance(boxes, str):
        return boxes
    by_leaf, lowest = dict(tuple(prices.groupby("node"))), math.inf
    cost, lower, upper = box
    for node, limits in boxes.items():
        low, high, y = lower.copy(), upper.copy(), usual.copy()
        for split, (least, most) in limits.items():
            k = local_column[split]
            if k < 0:
                return "split on a column of another"
            low[k], high[k] = max(low[k], least), min(high[k], most)
        if node in by_leaf:
            y[local_row[by_leaf[node]["row"]]] = by_leaf[node]["price"].to_numpy(dtype=np.float64)
        lowest = min(lowest, _weak_duality(cost, low, high, sides, *entries, y))
    return lowest


def _weak_duality(
    cost: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    sides: np.ndarray,
    row: np.ndarray,
    column: np.ndarray,
    value: np.ndarray,
    price: np.ndarray,
) -> float:
    """For a minimisation over boxes any row prices y give a bound.

    It is the sum over rows of y times the side its sign asks for, plus the sum over columns of the reduced cost times
    the bound its sign asks for. A price of the wrong sign proves nothing and counts as zero.
    """
    y = np.where(((price > 0) & ~np.isfinite(sides[:, 0])) | ((price < 0) & ~np.isfinite(sides[:, 1])), 0.0, price)
    side = np.where(y > 0, sides[:, 0], sides[:, 1])
    carried = np.bincount(column, weights=value * y[row], minlength=len(cost))
    reduced = cost - carried
    best = np.where(reduced > 0, lower, upper)
    return math.fsum(y[y != 0] * side[y != 0]) + math.fsum(reduced[reduced != 0] * best[reduced != 0])


def _clusters(certificate: Tables) -> float | str:
    """Sum of the lowest leaf of each cluster, which has rows and costs of its own and a tree whose leaves cover all."""
    rows, columns, entries = (certificate[name] for name in ("rows", "columns", "entries"))
    family = columns["family"].to_numpy()
    mine, shares = certificate["cluster_rows"], certificate["cluster_columns"]
    nodes, prices = certificate["cluster_nodes"], certificate["cluster_prices"]
    if mine["row"].duplicated().any():
        return f"row {mine['row'][mine['row'].duplicated()].iloc[0]} belongs to two clusters"
    local_row, local_column = np.full(len(rows), -1), np.full(len(columns), -1)
    in_order = entries.sort_values("row", kind="stable")
    begins = np.searchsorted(in_order["row"].to_numpy(), np.arange(len(rows) + 1))
    total = 0.0
    priced = dict(tuple(prices.groupby("cluster")))
    shared, trees = dict(tuple(shares.groupby("cluster"))), dict(tuple(nodes.groupby("cluster")))
    for cluster, own in mine.groupby("cluster"):
        if cluster not in shared or cluster not in trees:
            return f"cluster {cluster} has no columns or no tree"
        at, share, tree = own["row"].to_numpy(), shared[cluster], trees[cluster]
        cols = share["column"].to_numpy()
        if len(np.unique(cols)) < len(cols):
            return f"cluster {cluster}: a column twice"
        local_row[at], local_column[cols] = np.arange(len(at)), np.arange(len(cols))
        here = in_order.iloc[np.concatenate([np.arange(begins[r], begins[r + 1]) for r in at])]
        row, column = local_row[here["row"]], local_column[here["column"]]
        if (column < 0).any():
            return f"cluster {cluster}: a row has a column that is not the cluster's"
        lower, upper = (columns[name].to_numpy(dtype=np.float64)[cols] for name in ("lower", "upper"))
        lowest = _lowest_leaf(
            tree, priced.get(cluster, prices.iloc[:0]), family, local_row, local_column,
            (share["cost_kusd"].to_numpy(dtype=np.float64), lower, upper), rows[["lower", "upper"]].to_numpy()[at],
            (row, column, here["value"].to_numpy()), own["price"].to_numpy(dtype=np.float64),
        )  # fmt: skip
        if isinstance(lowest, str):
            return f"cluster {cluster}: {lowest}"
        total += lowest
        local_row[at], local_column[cols] = -1, -1
    return total


def _leaves(tree: pd.DataFrame, family: np.ndarray) -> dict[int, dict[int, tuple[float, float]]] | str:
    """Bounds of each leaf; every node that is none has two children that leave out no whole number."""
    nodes = tree.set_index("node")
    if list(nodes.index) != list(range(len(nodes))) or (nodes["parent"] >= nodes.index).any():
        return "nodes out of order"
    if nodes["parent"].iloc[0] != -1 or (nodes["parent"].iloc[1:] < 0).any():
        return "not one root"
    children = {int(k): v for k, v in nodes.iloc[1:].groupby("parent")}
    boxes: dict[int, dict[int, tuple[float, float]]] = {0: {}}
    out = {}
    for node in nodes.itertuples():
        below = children.get(node.Index)
        if node.is_leaf:
            if below is not None:
                return f"leaf {node.Index} has children"
            out[node.Index] = boxes[node.Index]
            continue
        if (
            below is None
            or len(below) != 2
            or below["column"].nunique() != 1
            or set(below["at_least"]) != {True, False}
        ):
            return f"node {node.Index} has no two children on one column"
        split = int(below["column"].iloc[0])
        most = float(below.loc[~below["at_least"], "limit"].iloc[0])
        least = float(below.loc[below["at_least"], "limit"].iloc[0])
        if family[split] not in WHOLE or most != math.floor(most) or least != most + 1:
            return f"node {node.Index}: the split of column {split} leaves something out"
        for child in below.itertuples():
            low, high = boxes[node.Index].get(split, (-math.inf, math.inf))
            box = (max(low, least), high) if child.at_least else (low, min(high, most))
            boxes[child.Index] = {**boxes[node.Index], split: box}
    return out
