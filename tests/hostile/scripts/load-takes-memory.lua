--- A recipe that takes all memory while it is loaded.
--: as greedy
--: memory 64
--: run recipes
--: run list
--: exit 0
local t = {}
for i = 1, 1e9 do t[i] = ("x"):rep(1e6) .. i end
