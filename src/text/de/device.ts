/** Measuring the device. The report itself is for sending to others and stays English. */
export const device = {
  'Measure this device': 'Dieses Gerät messen',
  'Decodes pictures with {pack} in dynamic patches and token by token, and tells how fast each was.': 'Dekodiert Bilder mit {pack} in dynamischen Patches und Token für Token und sagt, wie schnell beides war.',
  'It takes a minute or so, and nothing is sent anywhere: the report is yours to copy.': 'Das dauert etwa eine Minute, und nichts wird verschickt: Den Bericht kann man kopieren.',
  'To measure WebGPU too, load the model with the backend Auto or WebGPU first.': 'Um auch WebGPU zu messen, das Modell zuerst mit dem Backend Auto oder WebGPU laden.',
  'Compare with {pack}': 'Mit {pack} vergleichen',
  '({size} to download, unless they are kept here)': '({size} herunterzuladen, falls sie hier nicht liegen)',
  'Measured.': 'Gemessen.',
  'Start': 'Starten',
  'Copy as Markdown': 'Als Markdown kopieren',
  'Copy as JSON': 'Als JSON kopieren',
  'Measure again': 'Noch einmal messen',
  'Share measured': 'Gemessener Anteil',
  'Preparing': 'Wird vorbereitet',
  'Downloading {pack}: {done} of {all}': '{pack} wird heruntergeladen: {done} von {all}',
  '{backend}, {way}, warming up': '{backend}, {way}, zum Warmwerden',
  '{backend}, {way}, picture {n} of {all}': '{backend}, {way}, Bild {n} von {all}',
} as const;
