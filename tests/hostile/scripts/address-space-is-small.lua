--- Little address space: an error or a result, never a crash.
--: shell ulimit -v 400000
--: run list
--: run -e 'return #("x"):rep(3e8)'
--: exit 0 1 2 4
print "x"
