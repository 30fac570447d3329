--- A name of an image that takes a third of the memory by itself.
--: memory 64
--: exit 2
--: says is 20,000,000 bytes long
cloud:image(("x"):rep(20000000))
