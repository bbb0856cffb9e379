"""Directed cuts: whoever is served over the backhaul has a way from the root, however fractional the programme is.

For a part p and a set of nodes S without the root: the share of p served from facilities in S is at most the sum of z
into S; an arc of finite capacity counts with what it carries (g) over the part's demand where that is less. A violated
set is found by a maximum flow from the root to the facilities of p. Parts that share a limited arc are cut off together
(`Separator._of_set`): what fills the arc has to come over another one that is wholly built.

Directed cuts: Wong (1984), Mathematical Programming 28; nested ones: Koch and Martin (1998), "Solving Steiner tree
problems in graphs to optimality", Networks 32. Cuts of sets that share arcs are cutset inequalities (Magnanti,
Mirchandani and Vachani 1993, Mathematical Programming 60) with the arcs of a set filled as far as the set asks. Maximum
flows by shortest augmenting paths: Edmonds and Karp (1972), Journal of the ACM 19.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allreach.kernels._jit import jit, kernel
from allreach.planning.model.formulation import Columns, limited_arcs
from allreach.planning.model.problem import Floats, Ints, Problem
from allreach.planning.model.solver import Programme
from allreach.planning.model.tolerances import LEAST_AMOUNT

VIOLATION = 1e-3
IN_USE = 1e-6  # a share of an option that is less is not used
NO_FLOW = 1e-9  # so little flow is none


@dataclass(frozen=True)
class Cut:
    """Sum of value x over columns >= least."""

    columns: Ints
    values: Floats
    least: float = 0.0


@kernel
def _room(
    arc: int,
    share: NDArray[np.float64],
    carried: NDArray[np.float64],
    per_share: float,
    raised: NDArray[np.bool_],
) -> float:
    """Part of a demand of ``per_share`` that an arc can bring: as far as it is built, and as it carries."""
    if raised[arc]:
        return 1.0
    if carried[arc] < share[arc] * per_share:
        return float(carried[arc] / per_share)
    return float(share[arc])


@jit
def _sink_side(
    n_nodes: int,
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    in_start: NDArray[np.int64],
    in_arc: NDArray[np.int64],
    out_start: NDArray[np.int64],
    out_arc: NDArray[np.int64],
    share: NDArray[np.float64],
    carried: NDArray[np.float64],
    per_share: float,
    raised: NDArray[np.bool_],
    sink_node: NDArray[np.int64],
    sink_capacity: NDArray[np.float64],
    flow: NDArray[np.float64],
    touched: NDArray[np.int64],
    seen: NDArray[np.int64],
    stamp: int,
    via: NDArray[np.int64],
    queue: NDArray[np.int64],
) -> tuple[float, int, int, int]:
    """Maximum flow from node 0 to weighted sinks; returns (flow, nodes seen last, arcs touched, last stamp)."""
    total = 0.0
    n_touched = 0
    n_sinks = len(sink_node)
    left = sink_capacity.copy()
    while True:
        stamp += 1
        n_queue = 0
        for k in range(n_sinks):
            v = sink_node[k]
            if left[k] > NO_FLOW and seen[v] != stamp:
                seen[v] = stamp
                via[v] = -1 - k
                queue[n_queue] = v
                n_queue += 1
        at = 0
        found = False
        while at < n_queue and not found:
            v = queue[at]
            at += 1
            for i in range(in_start[v], in_start[v + 1]):
                a = in_arc[i]
                u = tail[a]
                if seen[u] != stamp and _room(a, share, carried, per_share, raised) - flow[a] > NO_FLOW:
                    seen[u] = stamp
                    via[u] = 2 * a
                    if u == 0:
                        found = True
                        break
                    queue[n_queue] = u
                    n_queue += 1
            if found:
                break
            for i in range(out_start[v], out_start[v + 1]):
                a = out_arc[i]
                w = head[a]
                if seen[w] != stamp and flow[a] > NO_FLOW:
                    seen[w] = stamp
                    via[w] = 2 * a + 1
                    queue[n_queue] = w
                    n_queue += 1
        if not found:
            return total, n_queue, n_touched, stamp
        amount = 1e300
        node = 0
        while via[node] >= 0:
            a = via[node] // 2
            if via[node] % 2 == 0:
                amount = min(amount, _room(a, share, carried, per_share, raised) - flow[a])
                node = head[a]
            else:
                amount = min(amount, flow[a])
                node = tail[a]
        k = -1 - via[node]
        amount = min(amount, left[k])
        left[k] -= amount
        total += amount
        node = 0
        while via[node] >= 0:
            a = via[node] // 2
            if flow[a] == 0.0:
                touched[n_touched % len(touched)] = a
                n_touched += 1
            if via[node] % 2 == 0:
                flow[a] += amount
                node = head[a]
            else:
                flow[a] -= amount
                node = tail[a]


@dataclass
class Separator:
    """The graph in the form that the flow needs, kept between rounds."""

    problem: Problem
    columns: Columns

    def __post_init__(self) -> None:
        p, c = self.problem, self.columns
        arcs = c.arcs
        self.tail, self.head = p.arc_from[arcs], p.arc_to[arcs]
        n = p.n_nodes
        self.in_arc = np.argsort(self.head, kind="stable")
        self.in_start = np.searchsorted(self.head[self.in_arc], np.arange(n + 1)).astype(np.int64)
        self.out_arc = np.argsort(self.tail, kind="stable")
        self.out_start = np.searchsorted(self.tail[self.out_arc], np.arange(n + 1)).astype(np.int64)
        self.option_start = p.option_start()
        self.option_node = np.where(p.option_facility >= 0, p.facility_node[p.option_facility], -1)
        self.option_demand = p.option_mbps * p.part_households[p.option_part]
        self.limit = p.arc_capacity_mbps[arcs]
        self.is_limited = np.zeros(len(arcs), dtype=bool)
        self.is_limited[limited_arcs(p, arcs)] = True
        self.g_column = np.full(len(arcs), -1, dtype=np.int64)
        self.g_column[c.followed] = c.g + np.arange(len(c.followed))
        by_node = np.argsort(self.option_node, kind="stable")
        self.node_option = by_node
        self.node_option_start = np.searchsorted(self.option_node[by_node], np.arange(n + 1)).astype(np.int64)

    def cuts(self, x: Floats, *, n_nested: int = 3, max_cuts: int = 100_000) -> list[Cut]:
        """Return violated cuts at a point of the relaxation: by part first, then by what shares a limited arc."""
        p, c, n = self.problem, self.columns, self.problem.n_nodes
        n_arcs = len(c.arcs)
        self.z = np.maximum(x[c.z : c.z + n_arcs], 0.0)
        self.x = np.maximum(x[: p.n_options], 0.0)
        self.g = np.where(self.g_column >= 0, np.maximum(x[np.maximum(self.g_column, 0)], 0.0), np.inf)
        self.carried = np.where(self.is_limited, self.g, np.inf)
        self.flow = np.zeros(n_arcs)
        self.raised = np.zeros(n_arcs, dtype=bool)
        self.touched = np.zeros(max(n_arcs, 1), dtype=np.int64)
        self.seen, self.via = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        self.queue = np.zeros(n + 1, dtype=np.int64)
        self.stamp = 0
        self.known: set[bytes] = set()
        out: list[Cut] = []
        busy = (self.option_node > 0) & (self.x > IN_USE)
        for part in np.unique(p.option_part[busy]).tolist():
            self._of_part(part, n_nested, out)
            if len(out) >= max_cuts:
                return out
        for parts in self._sharing():
            self._of_group(parts, out)
            if len(out) >= max_cuts:
                return out
        return out

    def _cut_off(self, nodes: Ints, wanted: Floats, per_share: float, carried: Floats, share: Floats) -> float:
        """Flow to weighted sinks; ``queue[:n_seen]`` then holds the nodes that are cut off."""
        value, self.n_seen, n_touched, self.stamp = _sink_side(
            self.problem.n_nodes,
            self.tail,
            self.head,
            self.in_start,
            self.in_arc,
            self.out_start,
            self.out_arc,
            share,
            carried,
            per_share,
            self.raised,
            nodes,
            wanted,
            self.flow,
            self.touched,
            self.seen,
            self.stamp,
            self.via,
            self.queue,
        )
        if n_touched > len(self.touched):
            self.flow[:] = 0.0
        else:
            self.flow[self.touched[:n_touched]] = 0.0
        return float(value)

    def _of_part(self, part: int, n_nested: int, out: list[Cut]) -> None:
        """Cut off a part: sum of x from S <= sum of z into S, or of what limited arcs carry for each share."""
        c = self.columns
        options = np.arange(self.option_start[part], self.option_start[part + 1])
        options = options[self.option_node[options] > 0]
        active = options[self.x[options] > IN_USE]
        nodes, index = np.unique(self.option_node[active], return_inverse=True)
        wanted = np.bincount(index, weights=self.x[active]).astype(np.float64)
        per_share = float(self.option_demand[options].min())
        raised = []
        for depth in range(n_nested):
            value = self._cut_off(nodes, wanted, per_share, self.carried, self.z)
            if value >= wanted.sum() - VIOLATION or self.n_seen == 0:
                break
            inside = self.queue[: self.n_seen].copy()
            entering = self._entering(inside)
            minus = options[self.seen[self.option_node[options]] == self.stamp]
            by_load = entering[self.carried[entering] < self.z[entering] * per_share]
            by_share = np.setdiff1d(entering, by_load, assume_unique=True)
            self._emit(
                np.concatenate([c.z + by_share, self.g_column[by_load], c.x + minus]),
                np.concatenate(
                    [
                        np.ones(len(by_share)),
                        np.full(len(by_load), 1 / max(per_share, LEAST_AMOUNT)),
                        -np.ones(len(minus)),
                    ]
                ),
                0.0,
                out,
            )
            self._of_set(inside, out)
            if depth + 1 < n_nested:
                self.raised[entering] = True
                raised.append(entering)
        for entering in raised:
            self.raised[entering] = False

    def _sharing(self) -> list[Ints]:
        """Return groups of parts whose main way runs through the same limited arc."""
        p = self.problem
        best = np.lexsort((np.arange(len(self.z)), -self.z, self.head))
        main = np.full(p.n_nodes, -1, dtype=np.int64)
        heads = self.head[best]
        first = np.ones(len(best), dtype=bool)
        first[1:] = heads[1:] != heads[:-1]
        main[heads[first]] = best[first]
        members: dict[int, set[int]] = {}
        for option in np.flatnonzero((self.option_node > 0) & (self.x > 0.05) & (self.option_demand > 0)).tolist():
            node, steps = int(self.option_node[option]), 0
            while node > 0 and main[node] >= 0 and steps < 300:
                arc = int(main[node])
                if self.is_limited[arc]:
                    members.setdefault(arc, set()).add(int(p.option_part[option]))
                node, steps = int(self.tail[arc]), steps + 1
        groups = {tuple(sorted(found)) for found in members.values() if len(found) > 1}
        return [np.array(group, dtype=np.int64) for group in sorted(groups)]

    def _of_group(self, parts: Ints, out: list[Cut]) -> None:
        """Cut off parts that share limited arcs."""
        options = np.concatenate([np.arange(self.option_start[q], self.option_start[q + 1]) for q in parts.tolist()])
        options = options[
            (self.option_node[options] > 0) & (self.x[options] > IN_USE) & (self.option_demand[options] > 0)
        ]
        nodes, index = np.unique(self.option_node[options], return_inverse=True)
        wanted = np.bincount(index, weights=(self.x * self.option_demand)[options]).astype(np.float64)
        total = float(wanted.sum())
        value = self._cut_off(nodes, wanted / total, total, self.carried, self.z)
        if value < 1.0 - VIOLATION and self.n_seen:
            self._of_set(self.queue[: self.n_seen].copy(), out)

    def _of_set(self, inside: Ints, out: list[Cut]) -> None:
        """Cut a set off for all parts served from it: what limited arcs bring, they must be able to bring.

        With U the unlimited and L the limited arcs into S, T parts served from S, O limited arcs out of S, C some of L:
        sum over T of (demand x - D z(U)) + sum over O of (g - capacity z(U)) <= sum over C of capacity (1 - z(U)) +
        sum over the rest of L of g, as long as C can carry no more than T and O may ask.
        """
        c, p = self.columns, self.problem
        entering = self._entering(inside)
        limited = entering[self.is_limited[entering]]
        if not len(limited):
            return
        free = entering[~self.is_limited[entering]]
        z_free = float(self.z[free].sum())
        if z_free > 1.0 - VIOLATION:
            return
        options = self._gather(self.node_option, self.node_option_start, inside)
        options = options[self.option_demand[options] > 0]
        parts, index = np.unique(p.option_part[options], return_inverse=True)
        load = np.bincount(index, weights=(self.x * self.option_demand)[options], minlength=len(parts))
        most = np.zeros(len(parts))
        np.maximum.at(most, index, self.option_demand[options])
        chosen = load > most * z_free + NO_FLOW
        leaving = self._gather(self.out_arc, self.out_start, inside)
        leaving = leaving[(self.seen[self.head[leaving]] != self.stamp) & self.is_limited[leaving]]
        leaving = leaving[np.isfinite(self.limit[leaving]) & (self.g[leaving] > self.limit[leaving] * z_free + IN_USE)]
        asked = float(most[chosen].sum() + self.limit[leaving].sum())
        least_use = np.where(np.isfinite(self.limit[limited]), self.limit[limited] * (1.0 - z_free), np.inf)
        full = limited[least_use < self.g[limited] + NO_FLOW]
        order = np.lexsort((full, -(self.g[full] - self.limit[full] * (1.0 - z_free))))
        full = full[order]
        full = np.sort(full[np.cumsum(self.limit[full]) <= asked])
        rest = np.setdiff1d(limited, full, assume_unique=True)
        room = float(self.limit[full].sum())
        left = float(load[chosen].sum() - asked * z_free + self.g[leaving].sum())
        right = room * (1.0 - z_free) + float(self.g[rest].sum())
        if left <= right + VIOLATION * max(asked, IN_USE) or asked <= 0:
            return
        mine = options[chosen[index]]
        self._emit(
            np.concatenate([c.x + mine, c.z + free, self.g_column[leaving], self.g_column[rest]]),
            np.concatenate(
                [
                    -self.option_demand[mine],
                    np.full(len(free), asked - room),
                    -np.ones(len(leaving)),
                    np.ones(len(rest)),
                ]
            )
            / asked,
            -room / asked,
            out,
        )

    def _emit(self, columns: Ints, values: Floats, least: float, out: list[Cut]) -> None:
        key = columns.tobytes() + values.tobytes()
        if key not in self.known:
            self.known.add(key)
            out.append(Cut(columns, values, least))

    def _gather(self, items: Ints, start: Ints, nodes: Ints) -> Ints:
        count = start[nodes + 1] - start[nodes]
        offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return np.asarray(items[np.repeat(start[nodes], count) + offset], dtype=np.int64)

    def _entering(self, inside: Ints) -> Ints:
        arcs = self._gather(self.in_arc, self.in_start, inside)
        return np.sort(arcs[self.seen[self.tail[arcs]] != self.stamp])


def cut_matrix(cuts: list[Cut], n_columns: int) -> csr_array:
    """Return cuts as the rows of a sparse matrix, shape (cuts, n_columns)."""
    start = np.concatenate([[0], np.cumsum([len(cut.columns) for cut in cuts])]).astype(np.int64)
    columns = np.concatenate([cut.columns for cut in cuts] or [np.zeros(0, dtype=np.int64)])
    values = np.concatenate([cut.values for cut in cuts] or [np.zeros(0)])
    return csr_array((values, columns, start), shape=(len(cuts), n_columns))


def with_cuts(programme: Programme, cuts: list[Cut]) -> Programme:
    """Return a programme with cuts as further rows."""
    if not cuts:
        return programme
    rows = cut_matrix(cuts, programme.n_columns)
    row = programme.n_rows + np.repeat(np.arange(len(cuts)), np.diff(rows.indptr))
    return replace(
        programme,
        entry_row=np.concatenate([programme.entry_row, row]),
        entry_col=np.concatenate([programme.entry_col, rows.indices]),
        entry_value=np.concatenate([programme.entry_value, rows.data]),
        row_lower=np.concatenate([programme.row_lower, np.array([c.least for c in cuts])]),
        row_upper=np.concatenate([programme.row_upper, np.full(len(cuts), np.inf)]),
        row_family=(*programme.row_family, ("cut", len(cuts))),
    )


def add_cuts(highs: highspy.Highs, cuts: list[Cut], rows: csr_array | None = None) -> None:
    """Give a solver the cuts as further rows; ``rows`` where its columns are numbered otherwise."""
    if rows is None:
        rows = cut_matrix(cuts, highs.getNumCol())
    least = np.array([cut.least for cut in cuts])
    highs.addRows(
        len(cuts),
        least,
        np.full(len(cuts), highspy.kHighsInf),
        rows.nnz,
        rows.indptr[:-1].astype(np.int32),
        rows.indices.astype(np.int32),
        rows.data,
    )
