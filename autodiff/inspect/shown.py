"""What a tape in the hand shows of itself: the methods; what they do is in the other files, imported when asked for."""

from __future__ import annotations

__all__ = ["Shown"]


class Shown:
    """The part of `Tape` that prints, draws and writes it."""

    __slots__ = ()

    entries: list

    def __str__(self):
        return self.table()

    def __repr__(self):
        variables = sum(entry.primitive is None and not entry.operands for entry in self.entries)
        return f"Tape({_counted(len(self.entries), 'record')}, {_counted(variables, 'variable')})"

    def table(self, tangents=None, adjoints=True, rows=60):
        """The tape as a table: v, how it was computed, its primal, its tangent v̇ = dv/dt, its adjoint v̄ = ∂y/∂v.

        tangents  {variable, by name or index: tangent}: adds the column of the tangents in that direction
        adjoints  whether to show them; there are none where the results are not one real number
        rows      a longer tape is cut; None for all rows

        Returns the text. Raises InputError where `tangents` names what is not on the tape, or has another shape.

        >>> import autodiff as ad
        >>> print(ad.record(lambda x, y: (x + y) * x, 3.0, 4.0).table(tangents={"x": 1.0}))
        #  value        primal  tangent  adjoint
        0  x                 3        1       10
        1  y                 4        0        3
        2  v2 = x + y        7        1        3
        3  v3 = v2 * x      21       10        1
        result: v3
        """
        from .table import table

        return table(self, tangents, adjoints, rows)

    def draw(self, ax=None, tangents=None):
        """The tape as its computational graph, drawn with Matplotlib from left to right.

        ax        the axes to draw in; by default a new figure, as large as the graph needs
        tangents  as for `table`

        Each node shows how it is computed, its primal, its tangent where asked for, and its adjoint where the result
        is one real number; each edge the partial derivative along it, where that is a number. Returns the axes; a
        figure is at `ax.figure`. Raises InputError for more than 300 nodes.

        >>> import autodiff as ad
        >>> ax = ad.record(lambda x, y: (x + y) * x, 3.0, 4.0).draw()
        >>> [text.get_text() for text in ax.texts if "=" in text.get_text()]
        ['v2 = x + y', 'v3 = v2 * x']
        >>> import matplotlib.pyplot as plt
        >>> plt.close(ax.figure)
        """
        from .drawing import draw

        return draw(self, ax, tangents)

    def source(self, name="f"):
        """Python source of a plain NumPy function `name` that computes the results again, from the same arguments.

        It is the straight line that was recorded: whatever was decided by comparing values is not decided again, and
        what did not depend on the variables is a constant. Of a tape made by hand, the arguments are the variables,
        and the results are the values of which nothing else was made.

        Returns a string with an attribute `constants`, {name: value} of what has no place in the text (arrays of more
        than 16 entries, functions that are not NumPy's), and a method `function()`, which compiles it.

        >>> import autodiff as ad, numpy as np
        >>> print(ad.record(lambda x, y: np.sin(x[0] * y) + y, np.array([2.0, 3.0]), 4.0).source())
        import numpy as np
        <BLANKLINE>
        <BLANKLINE>
        def f(x, y):
            v2 = x[0]
            v3 = v2 * y
            v4 = np.sin(v3)
            v5 = v4 + y
            return v5
        <BLANKLINE>

        The tape of a gradient is a tape like any other, so the reverse sweep can be written out, too:

        >>> print(ad.record(ad.grad(lambda x: x * np.sin(x)), 2.0).source("gradient"))
        import numpy as np
        <BLANKLINE>
        <BLANKLINE>
        def gradient(x):
            ...
        """
        from .source import source

        return source(self, name)

    def to_sympy(self, *symbols):
        """The results as expressions of SymPy, in the tree that was returned.

        symbols  one for each variable of the tape, or, where the variable is an array, an array of them; by default,
                 real symbols called what the variables are called

        As in `source`, the tape is a straight line: expressions are those of the branch that was recorded. Raises
        InputError where number or shapes differ, UnsupportedError for functions that have no counterpart in SymPy.

        >>> import autodiff as ad, numpy as np
        >>> ad.record(lambda x, y: np.exp(x[0] * y) - x[1] ** 2, np.array([1.0, 2.0]), 3.0).to_sympy()
        -x_1**2 + exp(x_0*y)
        """
        from ..symbolic import of_tape

        return of_tape(self, *symbols)


def _counted(count, noun):
    return f"{count} {noun}{'' if count == 1 else 's'}"
