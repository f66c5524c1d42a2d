/** Measuring the device. The report itself is for sending to others and stays English. */
export const device = {
  'Measure this device': 'Dieses Gerät messen',
  'Generates pictures with {pack}, with dynamic patches and with one token per patch, and reports the speed of each.': 'Erzeugt Bilder mit {pack}, mit dynamischen Patches und mit einem Token je Patch, und berichtet das Tempo von beidem.',
  'It takes about a minute. Nothing is sent anywhere; you can copy the report.': 'Das dauert etwa eine Minute. Nichts wird verschickt; der Bericht lässt sich kopieren.',
  'To measure WebGPU too, load the model with the backend Auto or WebGPU first.': 'Um auch WebGPU zu messen, das Modell zuerst mit dem Backend Auto oder WebGPU laden.',
  'Compare with {pack}': 'Mit {pack} vergleichen',
  '({size} to download, unless already stored)': '({size} herunterzuladen, falls nicht schon gespeichert)',
  'Measured.': 'Gemessen.',
  'Start': 'Starten',
  'Copy as Markdown': 'Als Markdown kopieren',
  'Copy as JSON': 'Als JSON kopieren',
  'Measure again': 'Noch einmal messen',
  'Progress of the measurement': 'Fortschritt der Messung',
  'Preparing': 'Wird vorbereitet',
  'Downloading {pack}: {done} of {all}': '{pack} wird heruntergeladen: {done} von {all}',
  '{backend}, {way}, warming up': '{backend}, {way}, zum Warmwerden',
  '{backend}, {way}, picture {n} of {all}': '{backend}, {way}, Bild {n} von {all}',
} as const;
