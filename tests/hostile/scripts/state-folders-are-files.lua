--- The folders that Lunette writes to are files, links to nowhere or to themselves.
--: file home/.cache/lunette x
--: link home/.local/state/lunette lunette
--: run list
--: run -e 'cloud:create_image{ name = "x", data = "x", disk_format = "raw", container_format = "bare" }'
--: exit 0 1
print "x"
