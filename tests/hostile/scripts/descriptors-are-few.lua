--- Few file descriptors: a run works or names the reason, and never blames certificates.
--: shell ulimit -n 32
--: run list
--: run --sandbox list
--: exit 0 1 2 4
--: never CA certificates
print "x"
