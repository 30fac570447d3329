--- Somebody plants a mark of an unfinished image in the state folder: the image is the user's own.
--: file home/.local/state/lunette/unfinished/22222222-3333-4444-5555-666666666666 %S 0aa0f5d4c4e44a0bb1a4c1f1d0a50001
--: run -e 'cloud:create_image{ id = "22222222-3333-4444-5555-666666666666", name = "mine" }'
--: run -e 'cloud:create_image{ name = "other" }'
--: exit 0
--: no DELETE
print "x"
