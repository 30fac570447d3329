--- A script prints gigabytes to somebody who reads only the beginning.
--: memory 64
--: run -e 'for i = 1, 40 do print(("x"):rep(1e6)) end'
--: exit 0
print "x"
