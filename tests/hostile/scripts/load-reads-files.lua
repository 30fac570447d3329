--- A recipe reads a file while it is loaded and shows it in its help.
--: as early
--: run early --help
--: exit 0 1 2
--: never PRIVATE-NOTES
--: file here/notes.txt PRIVATE-NOTES
local ok, text = pcall(function() return require("fs").read "notes.txt" end)
return { effects = "read", args = { { "x", help = ok and text or "none" } }, run = function() return {} end }
