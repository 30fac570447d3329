--- A file is swapped for a link to another place again and again, while a script writes and reads it.
--: swap here/swap ../canary mine
--: file here/mine mine
--: link here/swap mine
--: exit 0
--: says never left
--: makes here/swap here/swap.swap here/mine
local left = 0
local ends = os.time() + 2
while os.time() < ends do
  pcall(fs.write, "swap", "OVERWRITTEN")
  local ok, text = pcall(fs.read, "swap")
  if ok and text == "canary" then left = left + 1 end
  pcall(fs.remove, "swap")
end
print(left == 0 and "never left" or "left " .. left)
