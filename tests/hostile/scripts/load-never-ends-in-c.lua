--- A recipe that spends its time in one call of C while it is loaded, where no hook counts.
--: as hangs
--: run recipes
--: run list
--: exit 0
--: seconds 25
local text = ("a"):rep(1e5)
for _ = 1, 1e4 do text:find(("a?"):rep(30) .. ("a"):rep(30) .. "b") end
