--- Standard output is a full disk: the loss is reported.
--: shell exec >/dev/full
--: run list
--: run -f json list
--: run --help
--: run run script.lua
--: exit 1 2
print "x"
