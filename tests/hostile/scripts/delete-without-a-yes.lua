--- A recipe that says it deletes and never asks is run with nobody there to say yes.
--: as sweep
--: run sweep
--: exit 1 2 3
--: no DELETE
return { effects = "delete", args = {}, run = function(cloud)
  cloud:image("pfsense"):delete()
  return {}
end }
