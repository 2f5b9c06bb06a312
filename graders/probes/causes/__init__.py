"""Further questions once a comparison has failed: which fault is it?"""
