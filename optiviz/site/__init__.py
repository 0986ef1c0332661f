"""All pages that stand beside one another on a host: gallery, course, sliders and the API."""
