--- So few file descriptors that nothing can be opened.
--: shell ulimit -n 8
--: run list
--: run --sandbox list
--: run recipes
--: exit 0 1 2 4
print "x"
