"""Regions of a country: which parts, columns and rows lie together."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from allreach.planning.model.formulation import Columns
from allreach.planning.model.problem import Ints, Problem


def owner_of_columns(problem: Problem, columns: Columns, size: int, *, shift: int) -> Ints:
    """Region of each column: that of the part it is about; ``size`` parts a region, about."""
    return np.asarray(regions_of_parts(problem, size, shift=shift)[part_of_columns(problem, columns)])


def part_of_columns(problem: Problem, columns: Columns) -> Ints:
    """Part that each column is about: the first that a facility may serve, the nearest to a node along the backhaul."""
    p, c = problem, columns
    of_facility = np.full(p.n_facilities, -1, dtype=np.int64)
    wanting = np.flatnonzero(p.option_facility >= 0)[::-1]
    of_facility[p.option_facility[wanting]] = p.option_part[wanting]
    of_node = np.full(p.n_nodes, -1, dtype=np.int64)
    placed = np.flatnonzero((p.facility_node > 0) & (of_facility >= 0))[::-1]
    of_node[p.facility_node[placed]] = of_facility[placed]
    tail, head = p.arc_from[c.arcs], p.arc_to[c.arcs]
    inner = np.flatnonzero(tail != 0)
    one, other = np.concatenate([tail[inner], head[inner]]), np.concatenate([head[inner], tail[inner]])
    while True:
        reached = np.flatnonzero((of_node[one] >= 0) & (of_node[other] < 0))[::-1]
        if not len(reached):
            break
        of_node[other[reached]] = of_node[one[reached]]
    of_node, of_facility = np.maximum(of_node, 0), np.maximum(of_facility, 0)
    out = np.zeros(c.total, dtype=np.int64)
    out[c.slice("x")] = p.option_part
    out[c.slice("n")] = np.arange(p.n_parts)
    out[c.slice("y")] = of_facility
    out[c.slice("t")] = of_node[c.tower_nodes]
    out[c.slice("w")] = of_node[c.fed_nodes]
    out[c.slice("z")] = of_node[head]
    out[c.slice("g")] = of_node[p.arc_to[c.arcs[c.followed]]]
    return out


def regions_of_parts(problem: Problem, size: int, *, shift: int) -> Ints:
    """Region of each part: strips of the country, cut across; another shift moves the borders by half a region."""
    n = problem.n_parts
    n_strips = max(round((n / max(size, 1)) ** 0.5), 1)
    move = 0.5 if shift % 2 and n_strips > 1 else 0.0
    first, second = problem.part_x_m, problem.part_y_m
    if shift % 4 >= 2:
        first, second = second, first
    rank = np.empty(n, dtype=np.int64)
    rank[np.lexsort((np.arange(n), second, first))] = np.arange(n)
    strip = np.floor(rank / max(n, 1) * n_strips + move).astype(np.int64)
    out = np.zeros(n, dtype=np.int64)
    count = 0
    for number in range(int(strip.max(initial=0)) + 1):
        parts = np.flatnonzero(strip == number)
        across = max(round(len(parts) / max(size, 1)), 1)
        shifted = move if across > 1 else 0.0
        order = parts[np.lexsort((parts, first[parts], second[parts]))]
        cell = np.floor(np.arange(len(order)) / max(len(order), 1) * across + shifted).astype(np.int64)
        out[order] = count + cell
        count += int(cell.max(initial=-1)) + 1
    return out


def majority(matrix: csr_array, owner: Ints) -> Ints:
    """Region of each row: the one that owns most of its columns, the lowest of equals."""
    n_regions = int(owner.max(initial=0)) + 1
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    key, count = np.unique(row * n_regions + owner[matrix.indices], return_counts=True)
    order = np.lexsort((key, -count, key // n_regions))
    out = np.zeros(matrix.shape[0], dtype=np.int64)
    ranked = key[order][::-1]  # written last: the most frequent
    out[ranked // n_regions] = ranked % n_regions
    return out
