/** Names: of the classes and packs beside the page. */
export const names = {
  'Annual crop': 'Ackerland',
  'Forest': 'Wald',
  'Herbaceous vegetation': 'Gras und Kraut',
  'Highway': 'Autobahn',
  'Industrial': 'Industrie',
  'Pasture': 'Weide',
  'Permanent crop': 'Dauerkultur',
  'Residential': 'Wohngebiet',
  'River': 'Fluss',
  'Sea or lake': 'Meer oder See',
  'Sentinel-2 tiles of 64 x 64 pixels in ten classes of land use, generated as 16 x 16 tokens of 1024 codes.': 'Sentinel-2-Kacheln von 64 x 64 Pixeln in zehn Klassen der Landnutzung, erzeugt als 16 x 16 Tokens aus 1024 Codes.',
} as const;
