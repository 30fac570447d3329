--- A recipe that never ends while it is loaded: help, list, completions and other recipes go on.
--: as hangs
--: run recipes
--: run completions bash
--: run help
--: run list
--: exit 0
--: seconds 20
while true do end
