"""Do words change a sound as people mean them?"""
