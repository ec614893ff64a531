"""How a graph runs: backend, modules, Jacobians, plan, engine, trace."""
