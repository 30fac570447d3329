--- Reads the client certificate and its key, which the configuration names, by their names, a link and a hard link.
--: env OS_CERT=certificate
--: env OS_KEY=%O/here/the-key
--: file here/certificate PRIVATE-CERTIFICATE
--: file here/the-key PRIVATE-KEY
--: link here/link the-key
--: shell ln the-key hard; ln certificate sub
--: makes here/hard here/sub
--: exit 0
--: says nothing was read
--: never PRIVATE
local read = 0
for _, name in ipairs { "certificate", "the-key", "./the-key", "link", "hard", "sub" } do
  for _, way in ipairs {
    function() return fs.read(name) end,
    function() return fs.lines(name)() end,
    function() return fs.write(name, "x", { append = true }) end,
    function() return cloud:create_image { name = "key", disk_format = "raw", container_format = "bare", file = name } end,
  } do
    local ok, text = pcall(way)
    if ok then
      read = read + 1
      print(name, text)
    end
  end
end
print(read == 0 and "nothing was read" or "read " .. read)
