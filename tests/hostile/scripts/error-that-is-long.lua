--- An error whose text is as long as memory allows, raised to the top.
--: memory 64
--: exit 1
error(("x"):rep(30e6))
