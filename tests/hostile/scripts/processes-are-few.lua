--- No thread can be made.
--: shell ulimit -u 1
--: run --sandbox list
--: run list
--: exit 0 1 2 4
print "x"
