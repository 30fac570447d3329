--- A script prints and returns a table that is far larger as text than in Lua.
--: memory 64
--: run -e 'local t = {1} for i = 1, 28 do t = {t, t} end return t'
--: exit 0 1
print "x"
