--- A recipe whose handler of an error never ends while it is loaded.
--: as hangs
--: run hangs --help
--: run recipes
--: run completions bash
--: run list
--: exit 0
--: seconds 20
local function never() while true do end end
xpcall(never, never)
xpcall(error, never)
