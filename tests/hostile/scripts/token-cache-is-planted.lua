--- Somebody else plants tokens: readable by all, by a link, of a pipe, of gigabytes.
--: link home/.cache/lunette/tokens/a.json /dev/zero
--: shell chmod 777 ~/.cache/lunette/tokens
--: run list
--: run list
--: exit 0
--: memory 64
--: never Zq81
print "x"
