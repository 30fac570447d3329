--- A recipe that sorts a list which says that it is long, and compares long texts, while it is loaded.
--: as hangs
--: run hangs --help
--: run recipes
--: run completions bash
--: run list
--: exit 0
--: seconds 20
local long, texts = ("a"):rep(8000000), {}
for i = 1, 100000 do texts[i] = long end
pcall(table.sort, texts)
table.sort(setmetatable({}, { __len = function() return (1 << 31) - 2 end }), rawequal)
