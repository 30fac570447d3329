--- A recipe returns a table that is far larger as rows than in Lua.
--: as dag
--: memory 64
--: run dag
--: run -f json dag
--: run -f csv dag
--: exit 1
return { effects = "read", args = {}, run = function()
  local t = { 1, 2, 3 }
  for _ = 1, 28 do t = { a = t, b = t } end
  return t
end }
