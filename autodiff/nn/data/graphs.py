"""Graphs that ship with networkx, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .record import require

__all__ = ["Graph", "davis_women", "florentine_families", "karate_club", "les_miserables"]


@dataclass(frozen=True)
class Graph:
    """An undirected graph.

    name         what to call it
    adjacency    (N, N), the weights of the edges, 0 where there is none
    node_names   names of the nodes, in order
    targets      (N,), a class for each node, or empty
    target_names names of the classes
    source       who collected it
    """

    name: str
    adjacency: np.ndarray
    node_names: tuple[str, ...]
    targets: np.ndarray
    target_names: tuple[str, ...]
    source: str

    def __len__(self) -> int:
        return len(self.adjacency)

    @property
    def edges(self) -> np.ndarray:
        """(E, 2), the two nodes of each edge, the smaller first."""
        return np.argwhere(np.triu(self.adjacency) != 0)


def karate_club() -> Graph:
    """34 members of a karate club and their 78 friendships; the class is the side taken when the club split.

    Raises UnavailableError where networkx is not installed. Source: Zachary 1977.
    """
    graph = _generated("karate_club_graph")
    sides = [graph.nodes[node]["club"] for node in graph]
    return _graph(
        "Karate club",
        graph,
        np.array([side == "Officer" for side in sides], np.intp),
        ("Mr. Hi", "Officer"),
        "Zachary 1977",
    )


def les_miserables() -> Graph:
    """77 characters of the novel, and in how many chapters two of them appear together.

    Raises UnavailableError where networkx is not installed. Source: Knuth 1993.
    """
    return _graph("Les Misérables", _generated("les_miserables_graph"), np.zeros(0, np.intp), (), "Knuth 1993")


def florentine_families() -> Graph:
    """15 families of Florence and their 20 marriages.

    Raises UnavailableError where networkx is not installed. Source: Padgett and Ansell 1993.
    """
    graph = _generated("florentine_families_graph")
    return _graph("Florentine families", graph, np.zeros(0, np.intp), (), "Padgett and Ansell 1993")


def davis_women() -> Graph:
    """18 women and the 14 events that they attended, a bipartite graph of 89 edges; the class tells the two apart.

    Raises UnavailableError where networkx is not installed. Source: Davis, Gardner and Gardner 1941.
    """
    graph = _generated("davis_southern_women_graph")
    targets = np.array([graph.nodes[node]["bipartite"] for node in graph], np.intp)
    return _graph("Southern women", graph, targets, ("woman", "event"), "Davis, Gardner and Gardner 1941")


def _generated(name):
    require("networkx", "networkx", "the graph")
    import networkx

    return getattr(networkx, name)()


def _graph(name, graph, targets, target_names, source):
    import networkx

    adjacency = networkx.to_numpy_array(graph)
    return Graph(name, adjacency, tuple(map(str, graph)), targets, target_names, f"{source}; as shipped by networkx")
