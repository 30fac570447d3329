--- A recipe whose file name would rewrite the terminal.
--: file here/recipes/\e[2J.lua --- Odd.\nreturn { effects = "read", run = function() end }
--: run recipes
--: run completions bash
--: exit 0
print "not run"
