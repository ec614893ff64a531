"""The reverse graph: the same nodes, edges turned, each with its cotangent; read-only."""

from gui.reverse_graph.beside import ReverseGraph

__all__ = ["ReverseGraph"]
