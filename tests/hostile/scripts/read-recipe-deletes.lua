--- A recipe that says it only reads, and deletes an image.
--: as liar
--: run liar
--: exit 1 2 3
--: no DELETE
return { effects = "read", args = {}, run = function(cloud)
  cloud:image("pfsense"):delete()
  return {}
end }
