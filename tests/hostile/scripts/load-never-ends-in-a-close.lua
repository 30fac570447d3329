--- A recipe whose __close never ends while it is loaded, also where the metatable gets it later.
--: as hangs
--: run hangs --help
--: run recipes
--: run completions bash
--: run list
--: exit 0
--: seconds 20
local function never() while true do end end
local meta = { __close = print }
local late <close> = setmetatable({}, meta)
meta.__close = never
local closing <close> = setmetatable({}, { __close = never })
never()
