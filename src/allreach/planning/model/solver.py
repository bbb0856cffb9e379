"""Linear and mixed-integer programmes as arrays, solved by HiGHS on one thread with fixed work limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event, Lock, Thread, current_thread, main_thread

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from allreach.planning.model.problem import Floats, Ints

PATIENCE_S = 5.0  # so long a solver that is stopped is waited for


@dataclass(frozen=True)
class Programme:
    """Minimise cost x subject to row_lower <= A x <= row_upper, lower <= x <= upper.

    Every column has finite bounds, so that any row prices give a valid bound.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    is_integer: NDArray[np.bool_]
    entry_row: Ints
    entry_col: Ints
    entry_value: Floats
    row_lower: Floats
    row_upper: Floats
    row_family: tuple[tuple[str, int], ...] = ()
    column_family: tuple[tuple[str, int], ...] = ()

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.row_lower)

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.cost)

    def rows(self, family: str) -> slice:
        """Rows of a family; raises `KeyError` where there is none."""
        at = 0
        for name, count in self.row_family:
            if name == family:
                return slice(at, at + count)
            at += count
        raise KeyError(f"no rows of family {family}")

    def family_of_rows(self) -> NDArray[np.str_]:
        """Return the family of each row."""
        return np.repeat([name for name, _ in self.row_family], [count for _, count in self.row_family])

    def family_of_columns(self) -> NDArray[np.str_]:
        """Return the family of each column."""
        return np.repeat([name for name, _ in self.column_family], [count for _, count in self.column_family])

    def matrix(self) -> csr_array:
        """Return the rows as a sparse matrix."""
        return csr_array((self.entry_value, (self.entry_row, self.entry_col)), shape=(self.n_rows, self.n_columns))


@dataclass(frozen=True)
class Answer:
    """What a solver gave back; ``row_price`` only for linear programmes, ``iterations`` of the simplex method."""

    status: str
    x: Floats
    row_price: Floats
    dual_bound: float
    iterations: int = 0


@dataclass
class RowsBuilder:
    """Collects rows of a programme family by family."""

    rows: list[Ints] = field(default_factory=list)
    cols: list[Ints] = field(default_factory=list)
    values: list[Floats] = field(default_factory=list)
    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    family: list[tuple[str, int]] = field(default_factory=list)
    n_rows: int = 0

    def add(
        self,
        name: str,
        n_rows: int,
        entries: list[tuple[NDArray, NDArray, NDArray | float]],
        lower: NDArray | float,
        upper: NDArray | float,
    ) -> None:
        """Add ``n_rows`` rows; entries are (row within the family, column, value)."""
        for row, col, value in entries:
            self.rows.append(np.asarray(row, dtype=np.int64) + self.n_rows)
            self.cols.append(np.asarray(col, dtype=np.int64))
            self.values.append(np.broadcast_to(np.asarray(value, dtype=np.float64), (len(row),)))
        self.lower.append(np.broadcast_to(np.asarray(lower, dtype=np.float64), (n_rows,)))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), (n_rows,)))
        self.family.append((name, n_rows))
        self.n_rows += n_rows

    def programme(
        self,
        cost: Floats,
        lower: Floats,
        upper: Floats,
        is_integer: NDArray[np.bool_],
        column_family: tuple[tuple[str, int], ...],
    ) -> Programme:
        """Join the rows to a programme; entries in one place are summed, zeros dropped."""
        n_columns = len(cost)
        matrix = csr_array(
            (np.concatenate(self.values), (np.concatenate(self.rows), np.concatenate(self.cols))),
            shape=(self.n_rows, n_columns),
        )
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        coo = matrix.tocoo()
        return Programme(
            cost,
            lower,
            upper,
            is_integer,
            coo.row.astype(np.int64),
            coo.col.astype(np.int64),
            coo.data.astype(np.float64),
            np.concatenate(self.lower),
            np.concatenate(self.upper),
            tuple(self.family),
            column_family,
        )


def _highs_lp(programme: Programme) -> highspy.HighsLp:
    inf = highspy.kHighsInf
    matrix = csc_array(
        (programme.entry_value, (programme.entry_row, programme.entry_col)),
        shape=(programme.n_rows, programme.n_columns),
    )
    lp = highspy.HighsLp()
    lp.num_col_ = programme.n_columns
    lp.num_row_ = programme.n_rows
    lp.col_cost_ = programme.cost
    lp.col_lower_ = programme.lower
    lp.col_upper_ = programme.upper
    lp.row_lower_ = np.where(np.isneginf(programme.row_lower), -inf, programme.row_lower)
    lp.row_upper_ = np.where(np.isposinf(programme.row_upper), inf, programme.row_upper)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data
    return lp


def _highs() -> highspy.Highs:
    """Return a quiet solver that does the same work every time."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("random_seed", 0)
    highs.setOptionValue("parallel", "off")
    return highs


_running: set[highspy.Highs] = set()
_lock = Lock()


def run(highs: highspy.Highs) -> None:
    """Run a solver; Ctrl-C in the main thread stops it at once instead of when it has finished."""
    if current_thread() is not main_thread():
        _run(highs)
        return
    failed: list[BaseException] = []

    def work() -> None:
        try:
            _run(highs)
        except BaseException as error:  # told to whoever waits
            failed.append(error)
        finally:
            ended.set()

    ended = Event()  # a thread whose `join` was interrupted counts as ended in Python 3.11, though it runs
    Thread(target=work, daemon=True).start()
    try:
        ended.wait()
    except BaseException:
        cancel_all()
        ended.wait(PATIENCE_S)
        raise
    if failed:
        raise failed[0]


def cancel_all() -> None:
    """Stop all solvers that run in this process; what they had found by then is what they return."""
    with _lock:
        for highs in _running:
            # only now: a solver that asks Python in every iteration whether to go on is slower
            highs.HandleUserInterrupt = True
            highs.cancelSolve()  # type: ignore[no-untyped-call]


def _run(highs: highspy.Highs) -> None:
    with _lock:
        _running.add(highs)
    try:
        highs.run()
    finally:
        with _lock:
            _running.discard(highs)


def limit_time(highs: highspy.Highs, seconds: float) -> None:
    """Let the next run of a solver take so long; infinity (the usual) leaves it open. [s]."""
    if not np.isinf(seconds):
        highs.setOptionValue("time_limit", float(highs.getRunTime()) + max(seconds, 0.05))


def relaxation(programme: Programme, *, iteration_limit: int = 0, method: str = "choose") -> highspy.Highs:
    """Return a solver that holds the linear relaxation, ready to run and to take cuts."""
    highs = _highs()
    highs.setOptionValue("solver", method)
    if iteration_limit:
        highs.setOptionValue("simplex_iteration_limit", iteration_limit)
    highs.passModel(_highs_lp(programme))
    return highs


def solve(
    programme: Programme,
    *,
    relax: bool = True,
    method: str = "choose",
    iteration_limit: int = 0,
    node_limit: int = 0,
    relative_gap: float = 0.0,
    start: Floats | None = None,
    seconds: float = float("inf"),
    is_brief: bool = False,
) -> Answer:
    """Solve a programme.

    Parameters
    ----------
    programme
        What to solve.
    relax
        Ignore the integrality of columns.
    method
        ``simplex``, ``ipm`` or ``choose``.
    iteration_limit, node_limit
        Fixed work; 0 leaves it open.
    relative_gap
        Gap at which a mixed-integer search stops.
    start
        A feasible point to begin a mixed-integer search from.
    seconds
        Wall time at most; infinity (the usual) so that a rerun does the same work. [s]
    is_brief
        Whether a mixed-integer search does without restarts and rounding the relaxation by searches of their own
        (RENS: Berthold 2014, Mathematical Programming Computation 6): these pay in long searches alone.
    """
    lp = _highs_lp(programme)
    mip = not relax and bool(programme.is_integer.any())
    if mip:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(flag)] for flag in programme.is_integer]
    highs = _highs()
    if not mip:
        highs.setOptionValue("solver", method)
        if method == "ipm":
            highs.setOptionValue("run_crossover", "off")
    if iteration_limit:
        highs.setOptionValue("ipm_iteration_limit" if method == "ipm" else "simplex_iteration_limit", iteration_limit)
    if node_limit:
        highs.setOptionValue("mip_max_nodes", node_limit)
    highs.setOptionValue("mip_rel_gap", relative_gap)
    if is_brief:
        highs.setOptionValue("mip_allow_restart", False)
        highs.setOptionValue("mip_heuristic_run_rens", False)
    limit_time(highs, seconds)
    highs.passModel(lp)
    if mip and start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        highs.setSolution(solution)
    run(highs)
    return _answer(highs, programme, mip=mip)


def _answer(highs: highspy.Highs, programme: Programme, *, mip: bool) -> Answer:
    """Read what was found; NaN where nothing feasible was, and no prices of a mixed-integer programme."""
    status = highs.modelStatusToString(highs.getModelStatus())
    found = highs.getSolution()
    info = highs.getInfo()
    x = np.asarray(found.col_value, dtype=np.float64)
    if len(x) != programme.n_columns or (mip and info.primal_solution_status != 2):
        x = np.full(programme.n_columns, np.nan)
    price = np.asarray(found.row_dual, dtype=np.float64) if not mip else np.zeros(0)
    if not mip and len(price) != programme.n_rows:
        price = np.zeros(programme.n_rows)
    bound = float(info.mip_dual_bound) if mip else float(info.objective_function_value)
    return Answer(status, x, price, bound, max(int(info.simplex_iteration_count), 0))
