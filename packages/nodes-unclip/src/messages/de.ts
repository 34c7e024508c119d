import type { NodeMessages } from '@unclip-studio/graph-core';

/** The texts of the nodes in German; {@link NodeMessages} says what the keys mean. What is missing is shown in English. */
export const messages: NodeMessages = {
  // Labels and options of all node types.
  '*.vision.label': 'Bild-Encoder',
  '*.text.label': 'Text-Encoder',
  '*.unet.label': 'UNet',
  '*.vae.label': 'VAE',
  '*.checkpoint.label': 'Checkpoint',
  '*.prior.label': 'Prior',
  '*.file.label': 'Datei',
  '*.controlnet.label': 'ControlNet',
  '*.lora.label': 'LoRA',
  '*.strength.label': 'Stärke',
  '*.textStrength.label': 'Textstärke',
  '*.numerics.label': 'Numerik',
  '*.unet2.label': 'UNet 2',
  '*.unet3.label': 'UNet 3',
  '*.text2.label': 'Text-Encoder 2',
  '*.text3.label': 'Text-Encoder 3',
  '*.vae2.label': 'VAE 2',
  '*.vae3.label': 'VAE 3',
  '*.method.label': 'Methode',
  '*.ratio.label': 'Verhältnis',
  '*.input.label': 'Eingang',
  '*.middle.label': 'Mitte',
  '*.output.label': 'Ausgang',
  '*.predicts.label': 'Vorhersage',
  '*.zeroTerminalSnr.label': 'Zero-Terminal-SNR',
  '*.rescale.label': 'Reskalierung',
  '*.adapter.label': 'Adapter',
  '*.image.label': 'Bild',
  '*.embed.label': 'Embedding',
  '*.imagePrompt.label': 'Bild-Prompt',
  '*.scale.label': 'Skalierung',
  '*.start.label': 'Beginn',
  '*.end.label': 'Ende',
  '*.bitDepth.label': 'Bittiefe',
  '*.images.label': 'Bilder',
  '*.crop.label': 'Zuschnitt',
  '*.generator.label': 'Generator',
  '*.prompt.label': 'Prompt',
  '*.negativePrompt.label': 'negativer Prompt',
  '*.steps.label': 'Schritte',
  '*.guidanceScale.label': 'Guidance (CFG)',
  '*.count.label': 'Anzahl',
  '*.scheduler.label': 'Scheduler',
  '*.seed.label': 'Seed',
  '*.embed1.label': 'Embedding 1',
  '*.embed2.label': 'Embedding 2',
  '*.embed3.label': 'Embedding 3',
  '*.embed4.label': 'Embedding 4',
  '*.embed5.label': 'Embedding 5',
  '*.embed6.label': 'Embedding 6',
  '*.embed7.label': 'Embedding 7',
  '*.embed8.label': 'Embedding 8',
  '*.mode.label': 'Modus',
  '*.normalize.label': 'normalisieren',
  '*.weight1.label': 'Gewicht 1',
  '*.weight2.label': 'Gewicht 2',
  '*.weight3.label': 'Gewicht 3',
  '*.weight4.label': 'Gewicht 4',
  '*.weight5.label': 'Gewicht 5',
  '*.weight6.label': 'Gewicht 6',
  '*.weight7.label': 'Gewicht 7',
  '*.weight8.label': 'Gewicht 8',
  '*.frames.label': 'Frames',
  '*.loop.label': 'Schleife',
  '*.condition.label': 'Bildkonditionierung',
  '*.noiseLevel.label': 'Rauschstufe',
  '*.sameNoise.label': 'gleiches Rauschen',
  '*.condition1.label': 'Bildkonditionierung 1',
  '*.condition2.label': 'Bildkonditionierung 2',
  '*.condition3.label': 'Bildkonditionierung 3',
  '*.condition4.label': 'Bildkonditionierung 4',
  '*.condition5.label': 'Bildkonditionierung 5',
  '*.condition6.label': 'Bildkonditionierung 6',
  '*.condition7.label': 'Bildkonditionierung 7',
  '*.condition8.label': 'Bildkonditionierung 8',
  '*.batch.label': 'Batch',
  '*.conditioning.label': 'Konditionierung',
  '*.weighting.label': 'Gewichtung',
  '*.longPrompts.label': 'lange Prompts',
  '*.schedule.label': 'Prompt-Editing',
  '*.choices.label': 'dynamische Prompts',
  '*.wildcards.label': 'Wildcards',
  '*.choiceSeed.label': 'Auswahl-Seed',
  '*.lastLayer.label': 'letzte Schicht (CLIP Skip)',
  '*.first.label': 'erster',
  '*.second.label': 'zweiter',
  '*.third.label': 'dritter',
  '*.fourth.label': 'vierter',
  '*.fifth.label': 'fünfter',
  '*.sixth.label': 'sechster',
  '*.to.label': 'zu',
  '*.from.label': 'von',
  '*.unit.label': 'Einheit',
  '*.left.label': 'links',
  '*.top.label': 'oben',
  '*.width.label': 'Breite',
  '*.height.label': 'Höhe',
  '*.mask.label': 'Maske',
  '*.side.label': 'Seite',
  '*.positive.label': 'positiv',
  '*.negative.label': 'negativ',
  '*.guessMode.label': 'Guess Mode',
  '*.maskImage.label': 'Maskenbild',
  '*.map.label': 'Zusatzeingabe',
  '*.latent.label': 'Latent',
  '*.sampled.label': 'sampeln',
  '*.tiling.label': 'Kacheln',
  '*.depth.label': 'Tiefe',
  '*.invert.label': 'invertieren',
  '*.noise.label': 'Rauschen',
  '*.laterPrompt.label': 'späterer Prompt',
  '*.laterImage.label': 'späteres Bild',
  '*.eta.label': 'Eta',
  '*.denoise.label': 'Denoise',
  '*.karrasSigmas.label': 'Karras-Sigmas',
  '*.sigmaSpacing.label': 'Sigma-Abstände',
  '*.timestepSpacing.label': 'Zeitschritt-Abstände',
  '*.rescaleZeroSnr.label': 'Zero-Terminal-SNR',
  '*.changeAt.label': 'Wechsel bei',
  '*.laterGuidanceScale.label': 'spätere Guidance',
  '*.stopAt.label': 'Stopp bei',
  '*.addNoise.label': 'Rauschen hinzufügen',
  '*.deepEvery.label': 'tiefe Schichten alle',
  '*.seedPerImage.label': 'Seed pro Bild',
  '*.variationStrength.label': 'Variationsstärke',
  '*.variationSeed.label': 'Variations-Seed',
  '*.sampler.label': 'Sampler',
  '*.noiseSchedule.label': 'Rauschplan',
  '*.startAt.label': 'Start bei',
  '*.leftoverNoise.label': 'Restrauschen',
  '*.firstInBatch.label': 'Erstes im Batch',
  '*.pureNoise.label': 'reines Rauschen',
  '*.onlyImage.label': 'nur Bild',
  '*.growMaskBy.label': 'Maske erweitern um',
  '*.share.label': 'Anteil',
  '*.operation.label': 'Operation',
  '*.factor.label': 'Faktor',
  '*.feather.label': 'Überblendung',
  '*.direction.label': 'Richtung',
  '*.rotation.label': 'Drehung',
  '*.fit.label': 'Einpassung',
  '*.filter.label': 'Filter',
  '*.upscaler.label': 'Upscaler',
  '*.megapixels.label': 'Megapixel',
  '*.right.label': 'rechts',
  '*.bottom.label': 'unten',
  '*.feathering.label': 'weicher Rand',
  '*.threshold.label': 'Schwelle',
  '*.low.label': 'untere Schwelle',
  '*.high.label': 'obere Schwelle',
  '*.aperture.label': 'Umgebung',
  '*.norm.label': 'Norm',
  '*.channels.label': 'Kanäle',
  '*.lower.label': 'unten',
  '*.upper.label': 'oben',
  '*.destination.label': 'Ziel',
  '*.source.label': 'Quelle',
  '*.resize.label': 'Größe anpassen',
  '*.radius.label': 'Radius',
  '*.sigma.label': 'Sigma',
  '*.amount.label': 'Stärke',
  '*.times.label': 'Wiederholungen',
  '*.red.label': 'Rot',
  '*.green.label': 'Grün',
  '*.blue.label': 'Blau',
  '*.image2.label': 'Bild 2',
  '*.image3.label': 'Bild 3',
  '*.image4.label': 'Bild 4',
  '*.columns.label': 'Spalten',
  '*.gap.label': 'Abstand',
  '*.ground.label': 'Hintergrund',
  '*.labels.label': 'Beschriftungen',
  '*.x.label': 'Spalten',
  '*.xValues.label': 'Spaltenwerte',
  '*.y.label': 'Zeilen',
  '*.yValues.label': 'Zeilenwerte',
  '*.channel.label': 'Kanal',
  '*.expand.label': 'Erweiterung',
  '*.taperedCorners.label': 'abgeschrägte Ecken',
  '*.level.label': 'Stufe',
  '*.name.label': 'Name',
  '*.format.label': 'Format',
  '*.fps.label': 'Bilder pro Sekunde',
  '*.lossless.label': 'verlustfrei',
  '*.quality.label': 'Qualität',
  '*.tiling.option.auto': 'auto',
  '*.tiling.option.off': 'aus',
  '*.tiling.option.always': 'immer',
  '*.channel.option.transparency': 'Transparenz',
  '*.channel.option.brightness': 'Helligkeit',
  '*.channel.option.red': 'Rot',
  '*.channel.option.green': 'Grün',
  '*.channel.option.blue': 'Blau',

  'LoadModel.title': 'Modell laden (Checkpoint)',
  'LoadModel.description':
    'Öffnet einen Checkpoint von Stable Diffusion 2.1 unCLIP, einem einfachen Stable Diffusion 1 oder 2 oder einem für Bildvariationen und gibt seine Teile aus.',
  'LoadModel.out.vision.help':
    'Wandelt Bilder in CLIP-Embeddings um. Ein einfaches Stable Diffusion hat keinen Bild-Encoder, außer einem, den IP-Adapter nutzen kann.',
  'LoadModel.out.text.help': 'Kodiert Prompts; ein Checkpoint für Bildvariationen hat keinen.',
  'LoadModel.out.unet.help': 'Entfernt Schritt für Schritt das Rauschen aus latenten Bildern.',
  'LoadModel.out.vae.help': 'Wandelt latente Bilder in Bilder um und umgekehrt.',
  'LoadModel.checkpoint.help': 'Der Name eines installierten Checkpoints; „unclip models list“ zeigt sie an.',
  'LoadModel.keywords': 'modell, checkpoint',

  'LoadPrior.title': 'Prior laden',
  'LoadPrior.description': 'Öffnet einen Karlo-Prior, der aus einem Prompt ein CLIP-Bild-Embedding erzeugt.',
  'LoadPrior.out.prior.help': 'Wandelt Prompts in CLIP-Bild-Embeddings um.',
  'LoadPrior.checkpoint.help':
    'Der Name eines installierten Checkpoints mit einem Prior, etwa kakaobrain/karlo-v1-alpha.',

  'LoadVAE.title': 'VAE laden',
  'LoadVAE.description':
    'Öffnet ein VAE aus einer eigenen Datei, das statt des VAE im Checkpoint verwendet wird; auch TAESD.',
  'LoadVAE.out.vae.help': 'Wandelt latente Bilder in Bilder um und umgekehrt.',
  'LoadVAE.file.help': 'Der Name eines VAE in models/vae: eine .safetensors-Datei oder ein diffusers-Ordner.',

  'LoadVision.title': 'CLIP Vision laden',
  'LoadVision.description': 'Öffnet einen CLIP-Bild-Encoder aus einer eigenen Datei, etwa den, den IP-Adapter braucht.',
  'LoadVision.out.vision.help': 'Wandelt Bilder in CLIP-Embeddings um.',
  'LoadVision.file.help':
    'Der Name eines Bild-Encoders in models/clip_vision: eine .safetensors-Datei oder ein transformers-Ordner.',
  'LoadVision.keywords': 'clip vision, bild-encoder',

  'LoadControlNet.title': 'ControlNet laden',
  'LoadControlNet.description':
    'Öffnet ein ControlNet, das das Bild durch ein Kontrollbild steuert: Kanten, Tiefe, Pose oder Linien, je nach Training.',
  'LoadControlNet.out.controlnet.help': 'Das ControlNet, für „ControlNet anwenden“.',
  'LoadControlNet.file.help':
    'Der Name eines ControlNets in models/controlnet, für dieselbe Version von Stable Diffusion wie der Checkpoint: eine Datei oder ein diffusers-Ordner.',

  'ApplyLora.title': 'LoRA anwenden',
  'ApplyLora.description':
    'Fügt einem Modell ein LoRA hinzu, etwa einen Stil, eine Figur oder ein Objekt. Für mehrere LoRAs mehrere Nodes hintereinander schalten.',
  'ApplyLora.unet.help': 'Ein Modell der Art, für die das LoRA trainiert wurde.',
  'ApplyLora.text.help':
    'Der zugehörige Text-Encoder. Ist er nicht verbunden, bleiben die Text-Encoder-Gewichte des LoRA ungenutzt.',
  'ApplyLora.out.unet.help': 'Das Modell mit dem LoRA.',
  'ApplyLora.out.text.help': 'Der Text-Encoder mit dem LoRA, falls einer verbunden ist.',
  'ApplyLora.lora.help': 'Der Name einer Datei in models/loras: LoRA, LoCon, LoHa, LoKr oder DoRA.',
  'ApplyLora.strength.help': 'Wie stark das LoRA das Modell verändert. 0: gar nicht; unter 0: ins Gegenteil.',
  'ApplyLora.textStrength.help': 'Wie stark das LoRA den Text-Encoder verändert.',
  'ApplyLora.numerics.help':
    'comfyui: LoRA-Gewichte für Schichten, die dieses Modell nicht hat, werden wie in ComfyUI übersprungen. diffusers: Ein solches LoRA ist ein Fehler.',
  'ApplyLora.keywords': 'lora laden',

  'MergeModels.title': 'Modelle mischen (Merge)',
  'MergeModels.description':
    'Mischt die Gewichte von zwei oder drei Checkpoints derselben Familie. Es wird keine Datei geschrieben, und gerechnet wird erst, wenn das Modell verwendet wird.',
  'MergeModels.unet.help': 'Das erste Modell (A).',
  'MergeModels.unet2.help': 'Das zweite Modell (B).',
  'MergeModels.unet3.help': 'Das dritte Modell (C), das „Differenz addieren“ vom zweiten abzieht.',
  'MergeModels.text.help': 'Der Text-Encoder des ersten Modells.',
  'MergeModels.text2.help': 'Der Text-Encoder des zweiten Modells.',
  'MergeModels.text3.help': 'Der Text-Encoder des dritten Modells.',
  'MergeModels.vae.help': 'Das VAE des ersten Modells.',
  'MergeModels.vae2.help': 'Das VAE des zweiten Modells. Oft haben beide dasselbe VAE, dann gibt es nichts zu mischen.',
  'MergeModels.vae3.help': 'Das VAE des dritten Modells.',
  'MergeModels.out.unet.help': 'Das gemischte Modell, oder das erste unverändert, wenn kein zweites verbunden ist.',
  'MergeModels.out.text.help': 'Der gemischte Text-Encoder.',
  'MergeModels.out.vae.help': 'Das gemischte VAE.',
  'MergeModels.method.help':
    'gewichtete Summe: A × (1 − Verhältnis) + B × Verhältnis. Differenz addieren: A + (B − C) × Verhältnis. Summe: A + B × Verhältnis. Differenz: (A − B) × Verhältnis, um sie zu einem anderen Modell zu addieren.',
  'MergeModels.ratio.help':
    'Wie viel vom zweiten Modell verwendet wird. Bei der gewichteten Summe ist 0 das erste Modell und 1 das zweite.',
  'MergeModels.text.label': 'Text-Encoder',
  'MergeModels.method.option.weighted sum': 'gewichtete Summe',
  'MergeModels.method.option.add difference': 'Differenz addieren',
  'MergeModels.method.option.sum': 'Summe',
  'MergeModels.method.option.difference': 'Differenz',

  'MergeModelBlocks.title': 'Modellblöcke mischen (Merge)',
  'MergeModelBlocks.description':
    'Mischt die Gewichte von zwei Modellen derselben Familie, mit getrennten Verhältnissen für die Eingangs-, Mittel- und Ausgangsblöcke des UNet. Es wird keine Datei geschrieben.',
  'MergeModelBlocks.unet.help': 'Das erste Modell (A).',
  'MergeModelBlocks.unet2.help': 'Das zweite Modell (B).',
  'MergeModelBlocks.out.unet.help': 'Das gemischte Modell.',
  'MergeModelBlocks.input.help':
    'Wie viel vom zweiten Modell in den Eingangsblöcken und dem Zeit-Embedding verwendet wird, wie in ComfyUI. 0: das erste Modell; 1: das zweite.',
  'MergeModelBlocks.middle.help':
    'Wie viel vom zweiten Modell im mittleren Block verwendet wird. 0: das erste Modell; 1: das zweite.',
  'MergeModelBlocks.output.help':
    'Wie viel vom zweiten Modell in den Ausgangsblöcken und der letzten Schicht verwendet wird. 0: das erste Modell; 1: das zweite.',

  'ModelSampling.title': 'Model Sampling: Vorhersageart, Zero-SNR',
  'ModelSampling.description':
    'Legt fest, was ein Modell vorhersagt, wenn sein Checkpoint es nicht oder falsch angibt: v-prediction, Zero-Terminal-SNR, LCM.',
  'ModelSampling.unet.help': 'Das Modell.',
  'ModelSampling.out.unet.help': 'Das Modell mit diesen Einstellungen.',
  'ModelSampling.predicts.help':
    'Was das Modell vorherzusagen gelernt hat: das Rauschen, die Geschwindigkeit (velocity) oder das Bild selbst. lcm: ein Latent-Consistency-Modell; mit der Numerik „diffusers“ stattdessen den Scheduler lcm wählen.',
  'ModelSampling.zeroTerminalSnr.help':
    'Für Modelle, die bis zum reinen Rauschen trainiert wurden; das erlaubt sehr dunkle und sehr helle Bilder.',

  'RescaleGuidance.title': 'Guidance reskalieren (RescaleCFG)',
  'RescaleGuidance.description':
    'Verringert den Kontrast, den eine hohe Guidance-Skala (CFG) hinzufügt, vor allem bei v-prediction-Modellen. Braucht einen Sampler mit der Numerik „comfyui“.',
  'RescaleGuidance.unet.help': 'Das Modell.',
  'RescaleGuidance.out.unet.help': 'Das Modell mit reskalierter Guidance.',
  'RescaleGuidance.rescale.help':
    'Wie weit die Vorhersage auf den Kontrast ohne Guidance zurückskaliert wird; 0 ändert nichts.',

  'DifferentialDiffusion.title': 'Differential Diffusion (weiches Inpainting)',
  'DifferentialDiffusion.description':
    'Steuert mit einer weichen Maske, wie stark sich jeder Teil des Bildes ändert: Dunklere Teile werden später neu gezeichnet. Braucht einen Sampler mit Maske und der Numerik „comfyui“.',
  'DifferentialDiffusion.unet.help': 'Das Modell.',
  'DifferentialDiffusion.out.unet.help': 'Das Modell, das nach den Graustufen einer Maske neu zeichnet.',
  'DifferentialDiffusion.strength.help':
    'Unter 1 wird ein Teil der Maske wie ohne diese Node angewendet; 0 ist wie in ComfyUI dasselbe wie 1.',

  'LoadIPAdapter.title': 'IP-Adapter laden',
  'LoadIPAdapter.description':
    'Öffnet einen IP-Adapter für Stable Diffusion 1.5 (einfach oder plus), der Bilder als Prompt verwendet.',
  'LoadIPAdapter.out.adapter.help': 'Der IP-Adapter, für „IP-Adapter kodieren“.',
  'LoadIPAdapter.file.help':
    'Der Name einer Datei in models/ipadapter, etwa ip-adapter_sd15 oder ip-adapter-plus_sd15 von h94/IP-Adapter.',

  'IPAdapterEncode.title': 'IP-Adapter kodieren: Bilder als Prompt',
  'IPAdapterEncode.description': 'Kodiert Bilder für einen IP-Adapter. Mehrere Bilder wirken gemeinsam.',
  'IPAdapterEncode.adapter.help': 'Der Adapter, von „IP-Adapter laden“.',
  'IPAdapterEncode.vision.help':
    'Der Bild-Encoder, mit dem er trainiert wurde: meist CLIP ViT-H, von „CLIP Vision laden“ oder aus dem Ordner des Checkpoints.',
  'IPAdapterEncode.image.help': 'Ein oder mehrere Bilder, etwa von „Bilder zusammenfassen“.',
  'IPAdapterEncode.embed.help': 'CLIP-Embeddings statt Bildern, etwa gemischte; nur für einfache Adapter.',
  'IPAdapterEncode.out.imagePrompt.help': 'Die Bilder, für „IP-Adapter anwenden“.',

  'ApplyIPAdapter.title': 'IP-Adapter anwenden',
  'ApplyIPAdapter.description':
    'Steuert ein Modell zusätzlich zum Prompt durch Bilder (IP-Adapter). Für mehrere Adapter mehrere Nodes hintereinander schalten.',
  'ApplyIPAdapter.unet.help': 'Ein Stable Diffusion 1.5 oder ein darauf beruhendes Modell.',
  'ApplyIPAdapter.imagePrompt.help': 'Die Bilder, von „IP-Adapter kodieren“.',
  'ApplyIPAdapter.out.unet.help': 'Das Modell, gesteuert durch die Bilder.',
  'ApplyIPAdapter.scale.help': 'Wie stark die Bilder steuern. 0: gar nicht; 0.5 lässt dem Prompt Raum.',
  'ApplyIPAdapter.start.help': 'Ab wann die Bilder steuern, als Anteil der Schritte.',
  'ApplyIPAdapter.end.help': 'Bis wann sie steuern, als Anteil der Schritte.',
  'ApplyIPAdapter.scale.label': 'Stärke',

  'LoadImage.title': 'Bild laden',
  'LoadImage.description': 'Lädt ein Bild (PNG, JPEG oder WebP), richtig gedreht und ohne Transparenz.',
  'LoadImage.out.image.help': 'Das Bild.',
  'LoadImage.image.help': 'Das zu ladende Bild.',
  'LoadImage.bitDepth.help':
    '16: Alle Bits eines 16-Bit-PNG bleiben erhalten. „Bild speichern“ schreibt es als 16-Bit-PNG; „Bild mit Modell hochskalieren“ und „Bild zuschneiden“ behalten es, andere Nodes nutzen die oberen 8 Bits.',

  'LoadImages.title': 'Bilder laden',
  'LoadImages.description': 'Lädt mehrere Bilder gleicher Größe als einen Batch.',
  'LoadImages.out.image.help': 'Die Bilder in der Reihenfolge der Liste.',
  'LoadImages.images.help': 'Die zu ladenden Bilder, ein Name pro Zeile.',

  'CLIPImageEmbed.title': 'CLIP-Bild-Embedding',
  'CLIPImageEmbed.description': 'Kodiert mit CLIP (CLIP Vision), was ein Bild zeigt und wie es aussieht.',
  'CLIPImageEmbed.vision.help': 'Der Bild-Encoder des Checkpoints, der das Bild erzeugt.',
  'CLIPImageEmbed.image.help': 'Ein oder mehrere Bilder; jedes ergibt ein Embedding.',
  'CLIPImageEmbed.out.embed.help': 'Ein CLIP-Embedding pro Bild.',
  'CLIPImageEmbed.crop.help':
    'Mitte: CLIP sieht das Quadrat in der Mitte, wie in diffusers. keiner: das ganze Bild, zum Quadrat gestreckt.',
  'CLIPImageEmbed.numerics.help':
    'comfyui: Bilder werden wie in torch skaliert und die Gewichte des Encoders auf halbe Genauigkeit gerundet, wie in ComfyUI.',
  'CLIPImageEmbed.keywords': 'clip vision, bildvariation',
  'CLIPImageEmbed.crop.option.centre': 'Mitte',
  'CLIPImageEmbed.crop.option.none': 'keiner',

  'LoadEmbed.title': 'Embedding laden',
  'LoadEmbed.description':
    'Lädt Bild-Embeddings aus einer Datei von „Embedding speichern“, diffusers oder einem anderen Programm, die statt Bildern verwendet werden.',
  'LoadEmbed.vision.help': 'Der Bild-Encoder des Checkpoints, der das Bild erzeugt; er wird nicht ausgeführt.',
  'LoadEmbed.out.embed.help': 'Ein Embedding pro Bild.',
  'LoadEmbed.file.help':
    'Der Name einer .safetensors- oder .npy-Datei in models/image_embeds: Gleitkommazahlen [Bilder, Breite].',

  'ImagePrior.title': 'Bild-Prior',
  'ImagePrior.description': 'Erzeugt aus einem Prompt ein CLIP-Bild-Embedding: Text zu Bild mit unCLIP.',
  'ImagePrior.prior.help': 'Der Prior.',
  'ImagePrior.vision.help':
    'Der Bild-Encoder des Checkpoints, der das Bild erzeugt, damit die Embeddings zu ihm passen.',
  'ImagePrior.generator.help':
    'Der zu verwendende Zufallsstrom (Generator). Ist er nicht verbunden, startet der Seed einen.',
  'ImagePrior.out.embed.help': 'Die erzeugten CLIP-Embeddings, eines pro Bild.',
  'ImagePrior.out.generator.help': 'Der Zufallsstrom nach dem letzten Schritt.',
  'ImagePrior.prompt.help': 'Was das Bild zeigen soll.',
  'ImagePrior.negativePrompt.help': 'Was das Bild nicht zeigen soll. Wirkt nur, wenn die Guidance-Skala über 1 liegt.',
  'ImagePrior.steps.help': 'Mehr Schritte dauern länger und folgen dem Prompt genauer.',
  'ImagePrior.guidanceScale.help': 'Wie stark der Prompt steuert (CFG). 1 oder weniger schaltet die Guidance aus.',
  'ImagePrior.count.help': 'Wie viele Embeddings erzeugt werden.',
  'ImagePrior.scheduler.help':
    'Das Sampling-Verfahren: ddpm wie in der Anleitung von diffusers, unclip wie in dessen Pipeline, unclip-original wie in Karlo.',
  'ImagePrior.seed.help': 'Startet den Zufallsstrom, wenn kein Generator verbunden ist.',
  'ImagePrior.keywords': 'text zu bild',

  'BlendEmbeds.title': 'Embeddings mischen',
  'BlendEmbeds.description': 'Mischt bis zu acht Bild-Embeddings zu einem, für ein Bild mit etwas von jedem.',
  'BlendEmbeds.embed1.help': 'Zu mischende Embeddings, Nummer 1.',
  'BlendEmbeds.embed2.help': 'Zu mischende Embeddings, Nummer 2.',
  'BlendEmbeds.embed3.help': 'Zu mischende Embeddings, Nummer 3.',
  'BlendEmbeds.embed4.help': 'Zu mischende Embeddings, Nummer 4.',
  'BlendEmbeds.embed5.help': 'Zu mischende Embeddings, Nummer 5.',
  'BlendEmbeds.embed6.help': 'Zu mischende Embeddings, Nummer 6.',
  'BlendEmbeds.embed7.help': 'Zu mischende Embeddings, Nummer 7.',
  'BlendEmbeds.embed8.help': 'Zu mischende Embeddings, Nummer 8.',
  'BlendEmbeds.out.embed.help': 'Das gemischte Embedding.',
  'BlendEmbeds.mode.help':
    'linear: die gewichtete Summe. sphärisch: entlang des Bogens zwischen den Embeddings, was ihre Länge erhält (slerp).',
  'BlendEmbeds.normalize.help':
    'Skaliert die Gewichte so, dass ihre Summe 1 ist. Aus: 0.5 halbiert ein Embedding. Nur bei linear.',
  'BlendEmbeds.weight1.help': 'Das Gewicht von Embedding 1.',
  'BlendEmbeds.weight2.help': 'Das Gewicht von Embedding 2.',
  'BlendEmbeds.weight3.help': 'Das Gewicht von Embedding 3.',
  'BlendEmbeds.weight4.help': 'Das Gewicht von Embedding 4.',
  'BlendEmbeds.weight5.help': 'Das Gewicht von Embedding 5.',
  'BlendEmbeds.weight6.help': 'Das Gewicht von Embedding 6.',
  'BlendEmbeds.weight7.help': 'Das Gewicht von Embedding 7.',
  'BlendEmbeds.weight8.help': 'Das Gewicht von Embedding 8.',
  'BlendEmbeds.mode.option.linear': 'linear',
  'BlendEmbeds.mode.option.spherical': 'sphärisch',

  'InterpolateEmbeds.title': 'Embeddings interpolieren',
  'InterpolateEmbeds.description': 'Interpoliert zwischen Bild-Embeddings, ein Frame pro Schritt, für eine Animation.',
  'InterpolateEmbeds.embed1.help': 'Keyframe 1; mehrere Embeddings werden der Reihe nach verwendet.',
  'InterpolateEmbeds.embed2.help': 'Keyframe 2; mehrere Embeddings werden der Reihe nach verwendet.',
  'InterpolateEmbeds.embed3.help': 'Keyframe 3; mehrere Embeddings werden der Reihe nach verwendet.',
  'InterpolateEmbeds.embed4.help': 'Keyframe 4; mehrere Embeddings werden der Reihe nach verwendet.',
  'InterpolateEmbeds.embed5.help': 'Keyframe 5; mehrere Embeddings werden der Reihe nach verwendet.',
  'InterpolateEmbeds.embed6.help': 'Keyframe 6; mehrere Embeddings werden der Reihe nach verwendet.',
  'InterpolateEmbeds.embed7.help': 'Keyframe 7; mehrere Embeddings werden der Reihe nach verwendet.',
  'InterpolateEmbeds.embed8.help': 'Keyframe 8; mehrere Embeddings werden der Reihe nach verwendet.',
  'InterpolateEmbeds.out.embed.help': 'Ein Embedding pro Frame, der Reihe nach.',
  'InterpolateEmbeds.frames.help':
    'Wie viele Frames, das erste Bild eingeschlossen. Jeder wird gesampelt, doppelt so viele dauern also doppelt so lange.',
  'InterpolateEmbeds.mode.help':
    'linear: eine gerade Linie. sphärisch: entlang des Bogens, was die Länge der Embeddings erhält (slerp).',
  'InterpolateEmbeds.loop.help': 'Endet wieder beim ersten Bild, sodass die Animation ohne Sprung in Schleife läuft.',
  'InterpolateEmbeds.mode.option.linear': 'linear',
  'InterpolateEmbeds.mode.option.spherical': 'sphärisch',

  'NoiseAugment.title': 'Verrauschen (Noise Augment)',
  'NoiseAugment.description':
    'Fügt einem Bild-Embedding Rauschen hinzu: je mehr Rauschen, desto weniger ähnelt das Ergebnis dem Bild.',
  'NoiseAugment.embed.help': 'Die Embeddings, denen Rauschen hinzugefügt wird.',
  'NoiseAugment.generator.help':
    'Der Zufallsstrom (Generator) für das Rauschen, etwa von einem Prior. Ist er nicht verbunden, startet der Seed einen.',
  'NoiseAugment.out.condition.help': 'Die Bildkonditionierung für den Sampler.',
  'NoiseAugment.out.generator.help':
    'Der Zufallsstrom nach dem Rauschen; mit dem Sampler verbinden, um dieselben Bilder wie in diffusers zu erhalten.',
  'NoiseAugment.noiseLevel.help': '0: so nah am Bild, wie das Modell kann. 1000: Nur der Prompt steuert.',
  'NoiseAugment.strength.help':
    'Wie stark das Bild im Vergleich zu anderen Bildern und zum Prompt steuert. 1: wie trainiert; 0: gar nicht; unter 0: vom Bild weg.',
  'NoiseAugment.sameNoise.help':
    'Fügt allen Embeddings eines Batches dasselbe Rauschen hinzu, damit eine Animation nicht flackert.',
  'NoiseAugment.numerics.help': 'comfyui: der Rauschplan von ComfyUI, ohne die Embedding-Statistik des Checkpoints.',
  'NoiseAugment.seed.help': 'Derselbe Seed ergibt dasselbe Ergebnis, wie in diffusers.',

  'MergeConditions.title': 'Bildkonditionierungen zusammenführen',
  'MergeConditions.description':
    'Kombiniert bis zu acht Bilder, jedes mit eigener Rauschstufe und Stärke; das Modell übernimmt Konzepte aus jedem.',
  'MergeConditions.condition1.help': 'Bildkonditionierung 1, von „Verrauschen“.',
  'MergeConditions.condition2.help': 'Bildkonditionierung 2, von „Verrauschen“.',
  'MergeConditions.condition3.help': 'Bildkonditionierung 3, von „Verrauschen“.',
  'MergeConditions.condition4.help': 'Bildkonditionierung 4, von „Verrauschen“.',
  'MergeConditions.condition5.help': 'Bildkonditionierung 5, von „Verrauschen“.',
  'MergeConditions.condition6.help': 'Bildkonditionierung 6, von „Verrauschen“.',
  'MergeConditions.condition7.help': 'Bildkonditionierung 7, von „Verrauschen“.',
  'MergeConditions.condition8.help': 'Bildkonditionierung 8, von „Verrauschen“.',
  'MergeConditions.generator.help':
    'Der Zufallsstrom (Generator) für das Rauschen, etwa von „Verrauschen“. Ist er nicht verbunden, startet der Seed einen.',
  'MergeConditions.out.condition.help': 'Die Bildkonditionierung aller Bilder, für den Sampler.',
  'MergeConditions.out.generator.help':
    'Der Zufallsstrom nach dem Rauschen; unverändert, wenn nur eine Bildkonditionierung verbunden ist.',
  'MergeConditions.noiseLevel.help':
    'Wie viel Rauschen die Summe der Bilder erhält; ein einzelnes Bild bleibt unverändert.',
  'MergeConditions.numerics.help': 'comfyui: der Rauschplan von ComfyUI, ohne die Embedding-Statistik des Checkpoints.',
  'MergeConditions.batch.help':
    'getrennt: Jedes Bild eines Batches steuert ein eigenes Ergebnis. zusammen: Alle steuern gemeinsam.',
  'MergeConditions.seed.help': 'Startet den Zufallsstrom, wenn kein Generator verbunden ist.',
  'MergeConditions.batch.option.apart': 'getrennt',
  'MergeConditions.batch.option.merged': 'zusammen',

  'TextEncode.title': 'Text kodieren (Prompt)',
  'TextEncode.description': 'Kodiert einen Prompt und einen negativen Prompt mit CLIP.',
  'TextEncode.text.help': 'Der Text-Encoder des Checkpoints, der das Bild erzeugt.',
  'TextEncode.out.conditioning.help': 'Der kodierte Prompt und der negative Prompt.',
  'TextEncode.prompt.help':
    'Was das Bild zeigen soll. Wörter über die Länge des Modells (77 Tokens) hinaus werden ignoriert. embedding:NAME oder <NAME> ist eine Textual Inversion in models/embeddings.',
  'TextEncode.prompt.unread.0':
    'wird als normaler Text gelesen, da Prompts keine LoRAs anwenden. Die Node „LoRA anwenden“ mit dem LoRA „$1“ und der Stärke $2 hinzufügen.',
  'TextEncode.prompt.unread.1':
    'wird als normaler Text gelesen, da Prompts keine LoRAs anwenden. Die Node „LoRA anwenden“ mit dem LoRA „$1“ hinzufügen.',
  'TextEncode.prompt.unread.2':
    'wird als normaler Text gelesen. Hypernetworks werden nicht unterstützt; bitte entfernen.',
  'TextEncode.prompt.unread.3':
    'nennt keine Textual Inversion. Den Namen einer Datei in models/embeddings hinter den Doppelpunkt schreiben oder es entfernen.',
  'TextEncode.negativePrompt.help': 'Was das Bild nicht zeigen soll. Wirkt nur, wenn die Guidance-Skala über 1 liegt.',
  'TextEncode.negativePrompt.unread.0':
    'wird als normaler Text gelesen, da Prompts keine LoRAs anwenden. Die Node „LoRA anwenden“ mit dem LoRA „$1“ und der Stärke $2 hinzufügen.',
  'TextEncode.negativePrompt.unread.1':
    'wird als normaler Text gelesen, da Prompts keine LoRAs anwenden. Die Node „LoRA anwenden“ mit dem LoRA „$1“ hinzufügen.',
  'TextEncode.negativePrompt.unread.2':
    'wird als normaler Text gelesen. Hypernetworks werden nicht unterstützt; bitte entfernen.',
  'TextEncode.negativePrompt.unread.3':
    'nennt keine Textual Inversion. Den Namen einer Datei in models/embeddings hinter den Doppelpunkt schreiben oder es entfernen.',
  'TextEncode.weighting.help':
    'Klammern: (Wörter:1.3) gewichtet Wörter, (Wörter) zählt 1.1, wie in ComfyUI. aus: Klammern sind normale Zeichen, wie in diffusers.',
  'TextEncode.longPrompts.help':
    'Was mit Wörtern über die Länge des Modells hinaus geschieht. abschneiden: Sie werden ignoriert, wie in diffusers. in Teilen: Der Prompt wird in Abschnitten kodiert, wie in ComfyUI.',
  'TextEncode.schedule.help':
    'Prompt-Editing. eckige Klammern: [cat:dog:0.4] wechselt nach diesem Anteil der Schritte oder nach einer ganzen Zahl von Schritten von cat zu dog; [dog:0.4] fügt hinzu, [cat::0.4] entfernt, und [cat|dog] wechselt ab, wie in der Web UI von AUTOMATIC1111. aus: Eckige Klammern sind normale Zeichen.',
  'TextEncode.choices.help':
    'Dynamische Prompts. geschweifte Klammern: wählt eines aus {cat|dog} oder aus der Wildcard-Liste __animal__ zufällig nach dem Auswahl-Seed; der Beleg des Bildes hält die Wahl fest. aus: Geschweifte Klammern sind normale Zeichen.',
  'TextEncode.wildcards.help':
    'Wildcard-Listen, eine pro Zeile, etwa „animal: cat | dog | red fox“, im Prompt als __animal__ verwendet.',
  'TextEncode.wildcards.unread.0':
    'wird als normaler Text gelesen, da Prompts keine LoRAs anwenden. Die Node „LoRA anwenden“ mit dem LoRA „$1“ und der Stärke $2 hinzufügen.',
  'TextEncode.wildcards.unread.1':
    'wird als normaler Text gelesen, da Prompts keine LoRAs anwenden. Die Node „LoRA anwenden“ mit dem LoRA „$1“ hinzufügen.',
  'TextEncode.wildcards.unread.2':
    'wird als normaler Text gelesen. Hypernetworks werden nicht unterstützt; bitte entfernen.',
  'TextEncode.wildcards.unread.3':
    'nennt keine Textual Inversion. Den Namen einer Datei in models/embeddings hinter den Doppelpunkt schreiben oder es entfernen.',
  'TextEncode.choiceSeed.help':
    'Der Seed für die Auswahl in geschweiften Klammern und die Wildcards; derselbe Seed trifft dieselbe Auswahl.',
  'TextEncode.numerics.help':
    'comfyui: Gewichte in Klammern, lange Prompts in Teilen und ein auf halbe Genauigkeit gerundeter Text-Encoder, alles wie in ComfyUI; Gewichtung und lange Prompts haben dann keine Wirkung.',
  'TextEncode.lastLayer.help':
    'CLIP Skip: die verwendete Schicht des Text-Encoders, vom Ende gezählt, wie bei CLIPSetLastLayer in ComfyUI; nur mit der Numerik „comfyui“. 0: die Schicht, mit der das Modell trainiert wurde.',
  'TextEncode.keywords': 'negativer prompt, clip text',
  'TextEncode.weighting.option.off': 'aus',
  'TextEncode.weighting.option.parentheses': 'Klammern',
  'TextEncode.longPrompts.option.cut': 'abschneiden',
  'TextEncode.longPrompts.option.in parts': 'in Teilen',
  'TextEncode.schedule.option.off': 'aus',
  'TextEncode.schedule.option.brackets': 'eckige Klammern',
  'TextEncode.choices.option.off': 'aus',
  'TextEncode.choices.option.braces': 'geschweifte Klammern',

  'ConditioningCombine.title': 'Prompts kombinieren',
  'ConditioningCombine.description':
    'Kombiniert mehrere Prompts, jeden mit eigenem Bereich, eigener Maske oder eigenem Zeitabschnitt: regionale Prompts. Wo sie sich überlappen, werden sie gemittelt.',
  'ConditioningCombine.first.help': 'Ein Prompt.',
  'ConditioningCombine.second.help': 'Ein weiterer Prompt.',
  'ConditioningCombine.third.help': 'Ein weiterer Prompt, Nummer 3.',
  'ConditioningCombine.fourth.help': 'Ein weiterer Prompt, Nummer 4.',
  'ConditioningCombine.fifth.help': 'Ein weiterer Prompt, Nummer 5.',
  'ConditioningCombine.sixth.help': 'Ein weiterer Prompt, Nummer 6.',
  'ConditioningCombine.out.conditioning.help': 'Alle Prompts und alle negativen Prompts; gleiche zählen einmal.',
  'ConditioningCombine.numerics.help':
    'comfyui: Ein doppelt verbundener Prompt zählt im Mittel doppelt. diffusers: einmal.',

  'ConditioningAverage.title': 'Prompts mitteln',
  'ConditioningAverage.description': 'Mischt zwei Prompts zu einem, etwa auf halbem Weg zwischen Katze und Hund.',
  'ConditioningAverage.to.help': 'Der Prompt bei Stärke 1.',
  'ConditioningAverage.from.help': 'Der Prompt bei Stärke 0.',
  'ConditioningAverage.out.conditioning.help': 'Der gemischte Prompt und der gemischte negative Prompt.',
  'ConditioningAverage.strength.help': 'Die Position zwischen „von“ (0) und „zu“ (1).',

  'ConditioningConcat.title': 'Prompts aneinanderhängen',
  'ConditioningConcat.description':
    'Hängt die Tokens eines Prompts an einen anderen an, sodass beide getrennt kodiert werden (BREAK).',
  'ConditioningConcat.first.help': 'Der erste Prompt; er behält Bereich, Maske und Zeitabschnitt.',
  'ConditioningConcat.second.help': 'Der anzuhängende Prompt; hat er mehrere Teile, der erste davon.',
  'ConditioningConcat.out.conditioning.help': 'Der verbundene Prompt und der verbundene negative Prompt.',

  'ConditioningSetArea.title': 'Prompt-Bereich festlegen',
  'ConditioningSetArea.description':
    'Begrenzt einen Prompt auf ein Rechteck des Bildes: regionale Prompts. Mit Prompts für den Rest kombinieren.',
  'ConditioningSetArea.conditioning.help': 'Der Prompt; sein negativer Prompt bleibt unverändert.',
  'ConditioningSetArea.out.conditioning.help': 'Der Prompt mit seinem Bereich.',
  'ConditioningSetArea.unit.help':
    'Die Einheit der vier folgenden Zahlen. Pixel werden auf Vielfache von 8 abgerundet.',
  'ConditioningSetArea.left.help': 'Abstand vom linken Rand, in Prozent des Bildes oder in Pixeln.',
  'ConditioningSetArea.top.help': 'Abstand vom oberen Rand, in Prozent des Bildes oder in Pixeln.',
  'ConditioningSetArea.width.help': 'Breite des Bereichs, in Prozent des Bildes oder in Pixeln.',
  'ConditioningSetArea.height.help': 'Höhe des Bereichs, in Prozent des Bildes oder in Pixeln.',
  'ConditioningSetArea.strength.help': 'Das Gewicht des Prompts, wo er sich mit anderen überlappt.',
  'ConditioningSetArea.keywords': 'regionaler prompt',
  'ConditioningSetArea.unit.option.percent': 'Prozent',

  'ConditioningSetStrength.title': 'Prompt-Stärke festlegen',
  'ConditioningSetStrength.description':
    'Legt das Gewicht eines Prompts unter den Prompts fest, mit denen er kombiniert wird. Auf einen einzelnen Prompt hat es keine Wirkung.',
  'ConditioningSetStrength.conditioning.help': 'Der Prompt; sein negativer Prompt bleibt unverändert.',
  'ConditioningSetStrength.out.conditioning.help': 'Der Prompt mit dieser Stärke.',
  'ConditioningSetStrength.strength.help': 'Das Gewicht des Prompts, wo er sich mit anderen überlappt.',

  'ConditioningSetImage.title': 'Prompt-Bild festlegen (unCLIP)',
  'ConditioningSetImage.description':
    'Gibt einem Prompt eine eigene Bildkonditionierung, sodass jeder von mehreren kombinierten Prompts von einem anderen Bild gesteuert werden kann. Für alle anderen Prompts gilt der Bild-Eingang des Samplers.',
  'ConditioningSetImage.conditioning.help': 'Der Prompt; sein negativer Prompt bleibt unverändert.',
  'ConditioningSetImage.image.help': 'Die Bildkonditionierung für diesen Prompt, etwa von „Verrauschen“.',
  'ConditioningSetImage.out.conditioning.help': 'Der Prompt mit seinem Bild.',

  'ConditioningSetMask.title': 'Prompt-Maske festlegen',
  'ConditioningSetMask.description':
    'Begrenzt einen Prompt auf den weißen Teil einer Maske: regionale Prompts. Mit Prompts für den Rest kombinieren.',
  'ConditioningSetMask.conditioning.help': 'Der Prompt; sein negativer Prompt bleibt unverändert.',
  'ConditioningSetMask.mask.help': 'Weiß, wo der Prompt gilt; wird auf das Bild gestreckt.',
  'ConditioningSetMask.out.conditioning.help': 'Der Prompt mit seiner Maske.',
  'ConditioningSetMask.strength.help': 'Das Gewicht des Prompts, wo er sich mit anderen überlappt.',
  'ConditioningSetMask.crop.help':
    'Was das Modell bei diesem Prompt sieht: das ganze Bild oder das Rechteck um die Maske.',
  'ConditioningSetMask.crop.option.whole image': 'ganzes Bild',
  'ConditioningSetMask.crop.option.mask bounds': 'um die Maske',

  'ConditioningSetTimestepRange.title': 'Prompt-Zeitabschnitt festlegen',
  'ConditioningSetTimestepRange.description':
    'Begrenzt einen Prompt auf einen Teil des Samplings. Mit Prompts für die anderen Schritte kombinieren.',
  'ConditioningSetTimestepRange.conditioning.help': 'Der Prompt; sein negativer Prompt bleibt unverändert.',
  'ConditioningSetTimestepRange.out.conditioning.help': 'Der Prompt mit seinem Zeitabschnitt.',
  'ConditioningSetTimestepRange.start.help': 'Wann der Prompt beginnt: 0 ist reines Rauschen, 1 das fertige Bild.',
  'ConditioningSetTimestepRange.end.help': 'Wann er endet: 0 ist reines Rauschen, 1 das fertige Bild.',

  'ConditioningZeroOut.title': 'Prompt nullen (Zero Out)',
  'ConditioningZeroOut.description':
    'Ersetzt einen kodierten Prompt durch Nullen, die keine Bedeutung tragen; ein leerer Prompt tut das noch.',
  'ConditioningZeroOut.conditioning.help': 'Der Prompt und der negative Prompt.',
  'ConditioningZeroOut.out.conditioning.help': 'Die Prompts, mit Nullen.',
  'ConditioningZeroOut.side.help': 'Welcher der beiden ersetzt wird.',
  'ConditioningZeroOut.side.option.negative': 'negativ',
  'ConditioningZeroOut.side.option.positive': 'positiv',
  'ConditioningZeroOut.side.option.both': 'beide',

  'ConditioningPair.title': 'Prompt-Paar: positiv und negativ',
  'ConditioningPair.description':
    'Verwendet einen Prompt als positiven und einen anderen als negativen Prompt, etwa einen negativen Prompt aus mehreren Teilen.',
  'ConditioningPair.positive.help': 'Was das Bild zeigen soll; der eigene negative Prompt wird ignoriert.',
  'ConditioningPair.negative.help': 'Was das Bild nicht zeigen soll.',
  'ConditioningPair.out.conditioning.help': 'Beide, für einen Sampler.',

  'ImageConditioning.title': 'Bild statt Prompt (Image Conditioning)',
  'ImageConditioning.description':
    'Steuert einen Checkpoint für Bildvariationen durch ein Bild statt durch Text, etwa lambdalabs/sd-image-variations-diffusers.',
  'ImageConditioning.embed.help': 'CLIP-Embeddings von Bildern, vom Bild-Encoder des Checkpoints.',
  'ImageConditioning.out.conditioning.help': 'Ein Token pro Bild und Nullen als negativer Prompt.',

  'ApplyControl.title': 'ControlNet anwenden',
  'ApplyControl.description':
    'Steuert das Bild durch ein Kontrollbild, etwa Kanten oder Tiefe. Für mehrere ControlNets mehrere Nodes hintereinander schalten.',
  'ApplyControl.conditioning.help': 'Der Prompt und der negative Prompt; das Kontrollbild wirkt auf beide.',
  'ApplyControl.controlnet.help': 'Das ControlNet, für dieselbe Version von Stable Diffusion wie das Modell.',
  'ApplyControl.image.help':
    'Das Kontrollbild der Art, für die das ControlNet trainiert wurde, etwa Canny-Kanten. Es wird auf die Größe des Ergebnisses gestreckt.',
  'ApplyControl.out.conditioning.help': 'Die Prompts mit dem Kontrollbild.',
  'ApplyControl.strength.help': 'Wie stark das Kontrollbild steuert. 0: gar nicht.',
  'ApplyControl.start.help': 'Ab wann das Kontrollbild steuert, als Anteil der Schritte des Samplers.',
  'ApplyControl.end.help': 'Bis wann es steuert, als Anteil der Schritte des Samplers.',
  'ApplyControl.guessMode.help':
    'Das Kontrollbild steuert stärker als der Prompt: Auf den negativen Prompt wirkt es nicht, auf die äußeren Schichten weniger. Gut mit leerem Prompt und einer Guidance-Skala von 3 bis 5.',

  'InpaintModelConditioning.title': 'Inpainting: Bild und Maske für Inpainting-Modelle',
  'InpaintModelConditioning.description':
    'Bereitet ein Bild und eine Maske wie in diffusers für das Inpainting vor: für Inpainting-Checkpoints, die beides sehen, und für einfache.',
  'InpaintModelConditioning.vae.help': 'Das VAE des Checkpoints, der das Bild erzeugt.',
  'InpaintModelConditioning.image.help': 'Das Bild für das Inpainting; von einem Batch wird nur das erste verwendet.',
  'InpaintModelConditioning.mask.help':
    'Weiß, wo das Bild neu gezeichnet wird. Wird auf das Bild gestreckt; Grau wird zu Weiß oder Schwarz gerundet.',
  'InpaintModelConditioning.maskImage.help':
    'Ein Bild, das statt der Maske verwendet wird; seine Helligkeit ist die Maske.',
  'InpaintModelConditioning.generator.help':
    'Der zu verwendende Zufallsstrom (Generator). Ist er nicht verbunden, startet der Seed einen.',
  'InpaintModelConditioning.out.map.help': 'Die zusätzliche Eingabe eines Inpainting-Modells, für den Sampler.',
  'InpaintModelConditioning.out.latent.help':
    'Das kodierte Bild, für ein Denoise unter 1 oder einen einfachen Checkpoint.',
  'InpaintModelConditioning.out.mask.help':
    'Die Maske in latenter Größe, für den Sampler mit einem einfachen Checkpoint.',
  'InpaintModelConditioning.out.generator.help': 'Der Zufallsstrom nach dieser Node, für den Sampler.',
  'InpaintModelConditioning.width.help':
    'Die Breite, auf die Bild und Maske skaliert werden; 0 behält die Breite des Bildes, abgerundet auf ein Vielfaches von 8.',
  'InpaintModelConditioning.height.help':
    'Die Höhe, auf die Bild und Maske skaliert werden; 0 behält die Höhe des Bildes, abgerundet auf ein Vielfaches von 8.',
  'InpaintModelConditioning.sampled.help':
    'Zieht das latente Bild wie diffusers aus der Verteilung des VAE, außer bei einem Inpainting-Modell, das mit reinem Rauschen beginnt. Aus: nimmt das wahrscheinlichste.',
  'InpaintModelConditioning.tiling.help':
    'Kodiert in überlappenden Kacheln, was weniger Speicher braucht. auto: nur, wenn das ganze Bild nicht in den Speicher passt.',
  'InpaintModelConditioning.seed.help': 'Startet den Zufallsstrom, wenn kein Generator verbunden ist.',
  'InpaintModelConditioning.numerics.help':
    'comfyui: bereitet Bild und Maske wie die gleichnamige Node von ComfyUI vor, für einen Sampler mit der Numerik „comfyui“; auch für einfache Checkpoints.',
  'InpaintModelConditioning.keywords': 'inpainting',

  'DepthConditioning.title': 'Tiefenkonditionierung: ein Tiefenbild für Tiefenmodelle',
  'DepthConditioning.description':
    'Steuert Stable Diffusion 2 Depth durch ein Tiefenbild: nah ist hell, fern ist dunkel.',
  'DepthConditioning.depth.help': 'Das Tiefenbild, beliebig groß; von einem Batch wird nur das erste verwendet.',
  'DepthConditioning.latent.help': 'Das latente Bild, mit dem der Sampler beginnt; es bestimmt die Größe.',
  'DepthConditioning.out.map.help': 'Die zusätzliche Eingabe eines Tiefenmodells, für den Sampler.',
  'DepthConditioning.invert.help': 'Für Tiefenbilder, in denen nah dunkel ist.',

  'UpscaleConditioning.title': 'Upscale-Konditionierung: ein Bild für den 4x-Upscaler',
  'UpscaleConditioning.description':
    'Bereitet Bilder für den Stable Diffusion x4 Upscaler vor, der sie viermal so breit und so hoch zeichnet.',
  'UpscaleConditioning.unet.help': 'Das UNet des Upscalers.',
  'UpscaleConditioning.image.help': 'Die kleinen Bilder, alle gleich groß; jedes Pixel wird zu einer latenten Zelle.',
  'UpscaleConditioning.generator.help':
    'Der zu verwendende Zufallsstrom (Generator). Ist er nicht verbunden, startet der Seed einen.',
  'UpscaleConditioning.out.map.help': 'Die zusätzliche Eingabe des Upscalers, für den Sampler.',
  'UpscaleConditioning.out.generator.help': 'Der Zufallsstrom nach dieser Node, für den Sampler.',
  'UpscaleConditioning.noiseLevel.help':
    'Wie viel Rauschen dem kleinen Bild hinzugefügt wird; mit mehr Rauschen erfindet das Modell mehr Details.',
  'UpscaleConditioning.seed.help': 'Startet den Zufallsstrom, wenn kein Generator verbunden ist.',

  'UNetSample.title': 'Sampler (UNet Sample)',
  'UNetSample.description':
    'Erzeugt Bilder: beginnt mit Rauschen oder einem verrauschten latenten Bild und entfernt das Rauschen Schritt für Schritt, gesteuert durch Bilder und einen Prompt.',
  'UNetSample.unet.help': 'Das Modell, das das Bild erzeugt.',
  'UNetSample.prompt.help': 'Der Prompt und der negative Prompt.',
  'UNetSample.image.help':
    'Die Bildkonditionierung, von „Verrauschen“ oder „Bildkonditionierungen zusammenführen“. Ist sie nicht verbunden, steuert nur der Prompt.',
  'UNetSample.generator.help':
    'Der Zufallsstrom (Generator) für das Rauschen. Ist er nicht verbunden, startet der Seed einen.',
  'UNetSample.latent.help':
    'Ein latentes Bild als Ausgangspunkt (img2img); „Denoise“ legt fest, wie viel davon neu gezeichnet wird. Es bestimmt die Größe des Ergebnisses.',
  'UNetSample.mask.help': 'Weiß, wo das latente Bild neu gezeichnet wird (Inpainting); Schwarz bleibt, wie es ist.',
  'UNetSample.noise.help':
    'Rauschen als Ausgangspunkt statt des Rauschens aus dem Seed: standardnormalverteilte Zahlen, ein latentes Bild oder eines pro Bild. Es bestimmt die Größe des Ergebnisses.',
  'UNetSample.map.help':
    'Die zusätzliche Eingabe eines Inpainting-, Tiefen- oder Upscaling-Modells; andere Modelle nutzen sie nicht.',
  'UNetSample.laterPrompt.help': 'Der Prompt ab dem Schritt „Wechsel bei“.',
  'UNetSample.laterImage.help':
    'Die Bildkonditionierung ab dem Schritt „Wechsel bei“, etwa mit einer anderen Rauschstufe.',
  'UNetSample.out.latent.help': 'Das latente Bild.',
  'UNetSample.out.generator.help': 'Der Zufallsstrom nach dem letzten Schritt.',
  'UNetSample.scheduler.help': 'Das Sampling-Verfahren; „Checkpoint“ nimmt das aus der Konfiguration des Checkpoints.',
  'UNetSample.steps.help': 'Mehr Schritte dauern länger und ergeben feinere Details.',
  'UNetSample.guidanceScale.help':
    'Wie stark Prompt und Bild steuern (CFG-Skala). 1 oder weniger schaltet die Guidance aus, das dauert nur halb so lange.',
  'UNetSample.count.help':
    'Wie viele Bilder erzeugt werden (Batch-Größe); bei mehreren Bildkonditionierungen, wie viele für jede.',
  'UNetSample.width.help': 'Breite des Bildes; 0 nimmt die Größe, für die das Modell trainiert wurde.',
  'UNetSample.height.help': 'Höhe des Bildes; 0 nimmt die Größe, für die das Modell trainiert wurde.',
  'UNetSample.eta.help':
    'Wie viel neues Rauschen jeder Schritt von ddim oder tcd hinzufügt; andere Scheduler ignorieren es.',
  'UNetSample.denoise.help':
    'Wie viel vom verbundenen latenten Bild neu gezeichnet wird (Denoising-Stärke): dieser Anteil der Schritte. 1 lässt kaum eine Spur davon.',
  'UNetSample.karrasSigmas.help':
    'Macht kleinere Schritte, wenn wenig Rauschen übrig ist, oft mit feineren Details; nicht mit ddim, ddpm, pndm, euler-a.',
  'UNetSample.sigmaSpacing.help':
    'Wie die Rauschstufen der Schritte verteilt sind, statt Karras-Sigmas; „lu“ nur mit dpmpp-2m und dpmpp-2m-sde.',
  'UNetSample.timestepSpacing.help':
    'Wie die Schritte über die trainierten Zeitschritte verteilt sind; „trailing“ beginnt bei vollem Rauschen. Nicht mit dpmpp-2s und dpmpp-sde.',
  'UNetSample.rescaleZeroSnr.help':
    'Beginnt den ersten Schritt bei reinem Rauschen, für Modelle mit Zero-Terminal-SNR: sehr dunkle und sehr helle Bilder.',
  'UNetSample.changeAt.help':
    'Nach diesem Schritt gelten der spätere Prompt, das spätere Bild und die spätere Guidance. Die Schritte davor werden nicht neu berechnet. 0: nie.',
  'UNetSample.laterGuidanceScale.help':
    'Die Guidance-Skala nach dem Schritt „Wechsel bei“; 0 lässt sie unverändert, 1 schaltet die Guidance aus.',
  'UNetSample.stopAt.help':
    'Hält nach diesem Schritt an und gibt ein noch verrauschtes latentes Bild aus, das ein anderer Sampler fortsetzt. 0: läuft bis zum Ende.',
  'UNetSample.addNoise.help':
    'Fügt dem verbundenen latenten Bild Rauschen hinzu. Aus: Es enthält schon Rauschen, etwa von einem vorzeitig angehaltenen Sampler.',
  'UNetSample.sameNoise.help':
    'Beginnt alle Bilder eines Batches mit demselben Rauschen, sodass sich nur die Konditionierung unterscheidet: für Animationen.',
  'UNetSample.deepEvery.help':
    'DeepCache: berechnet die tiefen Schichten des UNet nur in jedem n-ten Schritt und verwendet ihre Ausgabe dazwischen wieder. Schneller, aber nicht exakt. 1: in jedem Schritt.',
  'UNetSample.seedPerImage.help':
    'Gibt jedem Bild eines Batches einen eigenen Seed: dem ersten den Seed, dem zweiten den Seed plus 1 und so weiter. Jedes lässt sich dann allein noch einmal erzeugen.',
  'UNetSample.variationStrength.help':
    'Wie weit das Anfangsrauschen vom Rauschen des Seeds zu dem des Variations-Seeds überblendet wird. Mit einem Seed pro Bild teilen sich alle Bilder den Seed und verwenden Variations-Seed plus 0, 1, 2 ...',
  'UNetSample.variationSeed.help':
    'Der Seed des Rauschens, zu dem überblendet wird; ohne Wirkung bei Variationsstärke 0.',
  'UNetSample.numerics.help':
    'diffusers: der Scheduler oben, wie in diffusers. comfyui: Sampler und Rauschplan unten, die beim selben Seed dasselbe Bild wie ComfyUI ergeben.',
  'UNetSample.sampler.help': 'sampler_name des KSamplers von ComfyUI; mit der Numerik „comfyui“.',
  'UNetSample.noiseSchedule.help':
    'scheduler des KSamplers von ComfyUI: wie die Rauschstufen der Schritte verteilt sind; mit der Numerik „comfyui“.',
  'UNetSample.startAt.help':
    'Überspringt die Schritte vor diesem, wie start_at_step in ComfyUI; mit der Numerik „comfyui“.',
  'UNetSample.leftoverNoise.help':
    'Behält das Rauschen, das beim vorzeitigen Anhalten übrig ist. Aus: Es wird wie in ComfyUI im letzten Schritt ganz entfernt; mit der Numerik „comfyui“.',
  'UNetSample.firstInBatch.help':
    'Die Position des ersten Bildes im ursprünglichen Batch, damit es dasselbe Rauschen erhält, wie bei LatentFromBatch in ComfyUI. -1: Der Batch beginnt hier; mit der Numerik „comfyui“.',
  'UNetSample.pureNoise.help':
    'Beginnt bei einem Denoise von 1 mit reinem Rauschen, wie das Inpainting von diffusers. Aus: Eine Spur des latenten Bildes bleibt.',
  'UNetSample.onlyImage.help':
    'Erzeugt nur dieses Bild des Batches, aus dem Rauschen, das es im ganzen Batch hat: 1 ist das erste. 0: alle.',
  'UNetSample.seed.help': 'Startet den Zufallsstrom, wenn kein Generator verbunden ist.',
  'UNetSample.map.label': 'Zusatzeingabe',
  'UNetSample.keywords': 'abtastung, bild erzeugen, bild zu bild',
  'UNetSample.scheduler.option.checkpoint': 'Checkpoint',

  'VAEDecode.title': 'VAE dekodieren',
  'VAEDecode.description': 'Dekodiert ein latentes Bild mit dem VAE zu einem Bild.',
  'VAEDecode.vae.help': 'Das VAE des Checkpoints, der das latente Bild erzeugt hat.',
  'VAEDecode.latent.help': 'Das latente Bild vom Sampler.',
  'VAEDecode.out.image.help': 'Die Bilder.',
  'VAEDecode.tiling.help':
    'Dekodiert in überlappenden Kacheln, was weniger Speicher braucht und Farben leicht verändert. auto: nur, wenn das ganze Bild nicht in den Speicher passt.',
  'VAEDecode.numerics.help': 'comfyui: Pixelwerte werden abgeschnitten statt gerundet, wie ComfyUI sie speichert.',
  'VAEDecode.bitDepth.help':
    '16: ein Bild mit 16 Bit pro Kanal. „Bild speichern“ schreibt es als 16-Bit-PNG; „Bild mit Modell hochskalieren“ und „Bild zuschneiden“ behalten es, andere Nodes nutzen die oberen 8 Bits.',

  'VAEEncode.title': 'VAE kodieren',
  'VAEEncode.description':
    'Kodiert Bilder mit dem VAE zu einem latenten Bild, für Bild zu Bild (img2img) oder Inpainting.',
  'VAEEncode.vae.help': 'Das VAE des Checkpoints, der das Bild erzeugt.',
  'VAEEncode.image.help':
    'Die Bilder, alle gleich groß. Sie werden skaliert, wenn eine Seite kein Vielfaches von 8 px ist.',
  'VAEEncode.generator.help':
    'Der zu verwendende Zufallsstrom (Generator). Ist er nicht verbunden, startet der Seed einen.',
  'VAEEncode.out.latent.help': 'Die latenten Bilder.',
  'VAEEncode.out.generator.help': 'Der Zufallsstrom nach dieser Node.',
  'VAEEncode.sampled.help':
    'Zieht das latente Bild wie diffusers aus der Verteilung des VAE. Aus: nimmt das wahrscheinlichste.',
  'VAEEncode.tiling.help':
    'Kodiert in überlappenden Kacheln, was weniger Speicher braucht und Farben leicht verändert. auto: nur, wenn das ganze Bild nicht in den Speicher passt.',
  'VAEEncode.count.help': 'Wie viele latente Bilder aus jedem Bild kodiert werden.',
  'VAEEncode.seedPerImage.help':
    'Gibt jedem latenten Bild einen eigenen Seed: dem ersten den Seed, dem zweiten den Seed plus 1 und so weiter.',
  'VAEEncode.numerics.help':
    'comfyui: Bilder werden mittig auf Vielfache von 8 px zugeschnitten statt skaliert, und das wahrscheinlichste latente Bild wird verwendet, wie in ComfyUI.',
  'VAEEncode.seed.help': 'Startet den Zufallsstrom, wenn kein Generator verbunden ist.',
  'VAEEncode.keywords': 'bild zu bild',

  'VAEEncodeForInpaint.title': 'VAE kodieren für Inpainting',
  'VAEEncodeForInpaint.description':
    'Kodiert Bilder, deren maskierter Bereich auf Grau gesetzt ist, und erweitert die Maske, wie die gleichnamige Node von ComfyUI.',
  'VAEEncodeForInpaint.vae.help': 'Das VAE des Checkpoints, der das Bild erzeugt.',
  'VAEEncodeForInpaint.image.help': 'Die Bilder. Sie werden mittig auf Vielfache von 8 px zugeschnitten.',
  'VAEEncodeForInpaint.mask.help': 'Weiß, wo das Bild neu gezeichnet wird (Inpainting).',
  'VAEEncodeForInpaint.out.latent.help': 'Die latenten Bilder ohne den maskierten Bereich.',
  'VAEEncodeForInpaint.out.mask.help': 'Die erweiterte Maske, für den Sampler.',
  'VAEEncodeForInpaint.growMaskBy.help': 'Um wie viele Pixel die Maske erweitert wird, damit keine Naht bleibt.',

  'LatentUpscale.title': 'Latentes Bild hochskalieren',
  'LatentUpscale.description':
    'Skaliert ein latentes Bild hoch, für einen zweiten Durchgang, der Details hinzufügt (Hires-Fix).',
  'LatentUpscale.latent.help': 'Das latente Bild des ersten Durchgangs.',
  'LatentUpscale.out.latent.help': 'Das hochskalierte latente Bild.',
  'LatentUpscale.scale.help': 'Der Skalierungsfaktor; Seiten werden auf ganze latente Zellen gerundet.',
  'LatentUpscale.width.help': 'Die Breite des Ergebnisses; 0 nimmt den Faktor.',
  'LatentUpscale.height.help': 'Die Höhe des Ergebnisses; 0 nimmt den Faktor.',
  'LatentUpscale.method.help':
    'Die Interpolation: nearest-exact wiederholt Zellen, bilinear und bicubic überblenden sie, area mittelt, bislerp interpoliert sphärisch.',
  'LatentUpscale.crop.help': 'Mitte: schneidet zuerst auf das neue Seitenverhältnis zu. keiner: streckt.',
  'LatentUpscale.scale.label': 'Faktor',
  'LatentUpscale.keywords': 'hochskalieren, zweiter durchgang',
  'LatentUpscale.crop.option.none': 'keiner',
  'LatentUpscale.crop.option.centre': 'Mitte',

  'LatentBlend.title': 'Latente Bilder mischen',
  'LatentBlend.description': 'Mischt zwei latente Bilder; das zweite wird auf die Größe des ersten skaliert.',
  'LatentBlend.first.help': 'Ein latentes Bild.',
  'LatentBlend.second.help': 'Ein weiteres latentes Bild desselben VAE.',
  'LatentBlend.out.latent.help': 'Das gemischte latente Bild.',
  'LatentBlend.share.help': 'Das Gewicht des ersten latenten Bildes.',
  'LatentBlend.first.label': 'erstes',
  'LatentBlend.second.label': 'zweites',

  'LatentSum.title': 'Latente Bilder addieren, subtrahieren oder interpolieren',
  'LatentSum.description':
    'Addiert, subtrahiert oder interpoliert zwei latente Bilder; das zweite wird auf die Größe des ersten skaliert.',
  'LatentSum.first.help': 'Ein latentes Bild.',
  'LatentSum.second.help': 'Ein weiteres latentes Bild desselben VAE.',
  'LatentSum.out.latent.help': 'Das Ergebnis.',
  'LatentSum.operation.help':
    'interpolieren geht sphärisch, Zelle für Zelle, vom einen zum anderen, was mehr Kontrast erhält als Mischen.',
  'LatentSum.share.help': 'Das Gewicht des ersten latenten Bildes bei einer Interpolation.',
  'LatentSum.first.label': 'erstes',
  'LatentSum.second.label': 'zweites',
  'LatentSum.operation.option.add': 'addieren',
  'LatentSum.operation.option.subtract': 'subtrahieren',
  'LatentSum.operation.option.interpolate': 'interpolieren',

  'LatentMultiply.title': 'Latentes Bild multiplizieren',
  'LatentMultiply.description':
    'Multipliziert ein latentes Bild mit einem Faktor, etwa eine Differenz, bevor sie zu einem anderen latenten Bild addiert wird.',
  'LatentMultiply.latent.help': 'Das latente Bild.',
  'LatentMultiply.out.latent.help': 'Das latente Bild mal dem Faktor.',
  'LatentMultiply.factor.help': 'Der Faktor; 1 ändert nichts.',

  'LatentBatch.title': 'Latente Bilder zusammenfassen (Batch)',
  'LatentBatch.description':
    'Fasst latente Bilder aus zwei Quellen zu einem Batch zusammen; die zweiten werden auf die Größe des ersten skaliert.',
  'LatentBatch.first.help': 'Latente Bilder; sie bestimmen die Größe.',
  'LatentBatch.second.help': 'Die anzuhängenden latenten Bilder, vom selben VAE.',
  'LatentBatch.out.latent.help': 'Alle, der Reihe nach.',
  'LatentBatch.first.label': 'erste',
  'LatentBatch.second.label': 'zweite',

  'LatentComposite.title': 'Latente Bilder zusammensetzen',
  'LatentComposite.description': 'Fügt ein latentes Bild in ein anderes ein.',
  'LatentComposite.to.help': 'Das latente Bild, in das eingefügt wird.',
  'LatentComposite.from.help': 'Das einzufügende latente Bild, vom selben VAE.',
  'LatentComposite.out.latent.help': 'Das zusammengesetzte latente Bild.',
  'LatentComposite.left.help': 'Abstand vom linken Rand, in Vielfachen von 8 px.',
  'LatentComposite.top.help': 'Abstand vom oberen Rand, in Vielfachen von 8 px.',
  'LatentComposite.feather.help': 'Breite der Überblendung an den Rändern, in Vielfachen von 8 px.',

  'LatentCrop.title': 'Latentes Bild zuschneiden',
  'LatentCrop.description': 'Schneidet ein Rechteck aus einem latenten Bild aus.',
  'LatentCrop.latent.help': 'Das latente Bild.',
  'LatentCrop.out.latent.help': 'Das Rechteck.',
  'LatentCrop.left.help': 'Abstand vom linken Rand, in Vielfachen von 8 px.',
  'LatentCrop.top.help': 'Abstand vom oberen Rand, in Vielfachen von 8 px.',
  'LatentCrop.width.help': 'Breite des Rechtecks, in Vielfachen von 8 px.',
  'LatentCrop.height.help': 'Höhe des Rechtecks, in Vielfachen von 8 px.',

  'LatentFlip.title': 'Latentes Bild spiegeln',
  'LatentFlip.description': 'Spiegelt ein latentes Bild.',
  'LatentFlip.latent.help': 'Das latente Bild.',
  'LatentFlip.out.latent.help': 'Das gespiegelte latente Bild.',
  'LatentFlip.direction.help': 'vertikal: vertauscht oben und unten. horizontal: vertauscht links und rechts.',
  'LatentFlip.direction.option.vertically': 'vertikal',
  'LatentFlip.direction.option.horizontally': 'horizontal',

  'LatentRotate.title': 'Latentes Bild drehen',
  'LatentRotate.description': 'Dreht ein latentes Bild im Uhrzeigersinn.',
  'LatentRotate.latent.help': 'Das latente Bild.',
  'LatentRotate.out.latent.help': 'Das gedrehte latente Bild.',
  'LatentRotate.rotation.help': 'Der Winkel, im Uhrzeigersinn.',
  'LatentRotate.rotation.option.not at all': 'keine',
  'LatentRotate.rotation.option.90 degrees': '90 Grad',
  'LatentRotate.rotation.option.180 degrees': '180 Grad',
  'LatentRotate.rotation.option.270 degrees': '270 Grad',

  'ImageResize.title': 'Bildgröße ändern',
  'ImageResize.description': 'Skaliert Bilder mit den Filtern von Pillow.',
  'ImageResize.image.help': 'Die Bilder.',
  'ImageResize.out.image.help': 'Die skalierten Bilder.',
  'ImageResize.width.help': 'Die Breite; 0 behält das Seitenverhältnis.',
  'ImageResize.height.help': 'Die Höhe; 0 behält das Seitenverhältnis.',
  'ImageResize.fit.help':
    'Wenn Breite und Höhe gesetzt sind. strecken: genau diese Größe. ausfüllen: füllt sie und schneidet den Rest ab. einpassen: passt hinein.',
  'ImageResize.scale.help': 'Der Skalierungsfaktor, wenn weder Breite noch Höhe gesetzt ist.',
  'ImageResize.filter.help':
    'lanczos ist am schärfsten, box am weichsten; area und nearest-exact stammen von torch und schließen die Numerik „comfyui“ ein.',
  'ImageResize.numerics.help':
    'comfyui: bicubic und bilinear wie in torch, ohne Antialiasing, und „ausfüllen“ schneidet vor dem Skalieren zu, wie in ComfyUI.',
  'ImageResize.scale.label': 'Faktor',
  'ImageResize.fit.option.stretch': 'strecken',
  'ImageResize.fit.option.cover': 'ausfüllen',
  'ImageResize.fit.option.inside': 'einpassen',

  'LoadUpscaler.title': 'Upscaler laden',
  'LoadUpscaler.description': 'Öffnet ein Upscale-Modell: ESRGAN, Real-ESRGAN oder ein daraus trainiertes.',
  'LoadUpscaler.out.upscaler.help': 'Das Upscale-Modell.',
  'LoadUpscaler.file.help': 'Der Name eines Upscalers in models/upscale_models, etwa RealESRGAN_x4plus.',

  'ImageUpscale.title': 'Bild mit Modell hochskalieren',
  'ImageUpscale.description':
    'Skaliert Bilder mit einem Modell wie ESRGAN hoch, das anders als eine Größenänderung Details hinzufügt.',
  'ImageUpscale.upscaler.help': 'Das Upscale-Modell; es bestimmt den Faktor.',
  'ImageUpscale.image.help': 'Die Bilder.',
  'ImageUpscale.out.image.help': 'Die hochskalierten Bilder.',
  'ImageUpscale.tiling.help':
    'Arbeitet in überlappenden Kacheln, was weniger Speicher braucht. auto: nur, wenn das ganze Bild nicht in den Speicher passt.',
  'ImageUpscale.numerics.help': 'comfyui: Pixelwerte werden abgeschnitten statt gerundet, wie ComfyUI sie speichert.',
  'ImageUpscale.bitDepth.help':
    '16: ein Bild mit 16 Bit pro Kanal. Alle 16 Bit der Eingabe werden in jedem Fall genutzt.',
  'ImageUpscale.keywords': 'vergrößern',

  'ImageScaleToTotalPixels.title': 'Bild auf Megapixel skalieren',
  'ImageScaleToTotalPixels.description':
    'Skaliert Bilder auf eine Zahl von Megapixeln und behält das Seitenverhältnis.',
  'ImageScaleToTotalPixels.image.help': 'Die Bilder.',
  'ImageScaleToTotalPixels.out.image.help': 'Die skalierten Bilder.',
  'ImageScaleToTotalPixels.megapixels.help': 'Die Zahl der Megapixel; 1 sind 1024 x 1024 Pixel.',
  'ImageScaleToTotalPixels.filter.help':
    'lanczos ist am schärfsten, box am weichsten; area und nearest-exact stammen von torch und schließen die Numerik „comfyui“ ein.',
  'ImageScaleToTotalPixels.numerics.help':
    'comfyui: bicubic und bilinear wie in torch, ohne Antialiasing, und die Größe gerundet wie in ComfyUI.',

  'ImagePadForOutpaint.title': 'Bild erweitern für Outpainting',
  'ImagePadForOutpaint.description':
    'Fügt einem Bild einen Rand hinzu, und die Maske, mit der ein Sampler ihn füllt: Outpainting.',
  'ImagePadForOutpaint.image.help': 'Die Bilder, alle gleich groß.',
  'ImagePadForOutpaint.out.image.help': 'Die erweiterten Bilder mit grauem Rand, für „VAE kodieren“.',
  'ImagePadForOutpaint.out.mask.help': 'Weiß am Rand, für den Sampler.',
  'ImagePadForOutpaint.left.help': 'Wie viel links hinzugefügt wird.',
  'ImagePadForOutpaint.top.help': 'Wie viel oben hinzugefügt wird.',
  'ImagePadForOutpaint.right.help': 'Wie viel rechts hinzugefügt wird.',
  'ImagePadForOutpaint.bottom.help': 'Wie viel unten hinzugefügt wird.',
  'ImagePadForOutpaint.feathering.help': 'Wie weit die Maske in das Bild ausläuft, damit keine Naht sichtbar ist.',
  'ImagePadForOutpaint.keywords': 'outpainting, erweitern',

  'ImageInvert.title': 'Bild invertieren',
  'ImageInvert.description': 'Kehrt die Farben von Bildern um, wie ein fotografisches Negativ.',
  'ImageInvert.image.help': 'Die Bilder.',
  'ImageInvert.out.image.help': 'Die invertierten Bilder.',

  'ImageThreshold.title': 'Schwellenwert',
  'ImageThreshold.description': 'Macht Bilder schwarzweiß: weiß ab einer Helligkeitsschwelle.',
  'ImageThreshold.image.help': 'Die Bilder.',
  'ImageThreshold.out.image.help': 'Die schwarzweißen Bilder.',
  'ImageThreshold.threshold.help': 'Pixel, die mindestens so hell sind, werden weiß. 0 macht alles weiß.',

  'CannyEdges.title': 'Canny-Kanten',
  'CannyEdges.description': 'Erkennt die Kanten von Bildern, weiß auf schwarz, für ein Canny-ControlNet.',
  'CannyEdges.image.help': 'Die Bilder.',
  'CannyEdges.out.image.help': 'Die Kanten.',
  'CannyEdges.low.help': 'Kanten, die schwächer sind, entfallen. Kleinere Zahlen ergeben längere Linien.',
  'CannyEdges.high.help':
    'Jede Kante muss irgendwo auf ihrer Linie diese Stärke erreichen. Kleinere Zahlen ergeben mehr Linien.',
  'CannyEdges.aperture.help': 'Die Größe der Umgebung. Größere finden weichere Kanten und brauchen höhere Schwellen.',
  'CannyEdges.norm.help':
    'Wie die Stärke einer Kante gemessen wird: l1 ist die Summe ihrer zwei Richtungen, der Standard von OpenCV; l2 ihre Länge.',
  'CannyEdges.channels.help':
    'Farbe: Kanten in jedem Kanal. Helligkeit: nur Kanten zwischen helleren und dunkleren Bereichen.',
  'CannyEdges.channels.option.colour': 'Farbe',
  'CannyEdges.channels.option.brightness': 'Helligkeit',

  'ImageBlend.title': 'Bilder überblenden',
  'ImageBlend.description': 'Legt ein Bild über ein anderes, wie Ebenen in einem Bildeditor.',
  'ImageBlend.lower.help': 'Die unteren Bilder; sie bestimmen die Größe.',
  'ImageBlend.upper.help': 'Die oberen Bilder, auf diese Größe skaliert; ein einzelnes gilt für alle.',
  'ImageBlend.out.image.help': 'Die überblendeten Bilder.',
  'ImageBlend.share.help': 'Die Deckkraft des oberen Bildes.',
  'ImageBlend.mode.help': 'Wie die Farben kombiniert werden (Mischmodus).',
  'ImageBlend.mode.option.normal': 'normal',
  'ImageBlend.mode.option.multiply': 'multiplizieren',
  'ImageBlend.mode.option.screen': 'negativ multiplizieren',
  'ImageBlend.mode.option.overlay': 'ineinanderkopieren',
  'ImageBlend.mode.option.soft light': 'weiches Licht',
  'ImageBlend.mode.option.difference': 'Differenz',

  'ImageCompositeMasked.title': 'Bilder zusammensetzen',
  'ImageCompositeMasked.description': 'Fügt ein Bild an einer Position in ein anderes ein, wahlweise durch eine Maske.',
  'ImageCompositeMasked.destination.help': 'Die Bilder, in die eingefügt wird.',
  'ImageCompositeMasked.source.help': 'Die einzufügenden Bilder; ein einzelnes gilt für alle.',
  'ImageCompositeMasked.mask.help':
    'Weiß, wo die Quelle sichtbar ist; wird auf sie gestreckt. Ist sie nicht verbunden, ist die ganze Quelle sichtbar.',
  'ImageCompositeMasked.out.image.help': 'Die zusammengesetzten Bilder, in der Größe des Ziels.',
  'ImageCompositeMasked.left.help': 'Abstand vom linken Rand.',
  'ImageCompositeMasked.top.help': 'Abstand vom oberen Rand.',
  'ImageCompositeMasked.resize.help': 'Streckt die Quelle zuerst auf die Größe des Ziels.',

  'ImageBlur.title': 'Bild weichzeichnen',
  'ImageBlur.description': 'Zeichnet Bilder mit einem Gauß-Filter weich.',
  'ImageBlur.image.help': 'Die Bilder.',
  'ImageBlur.out.image.help': 'Die weichgezeichneten Bilder.',
  'ImageBlur.radius.help': 'Der Radius des Weichzeichners.',
  'ImageBlur.sigma.help': 'Die Standardabweichung des Weichzeichners; kleine Zahlen zeichnen weniger weich.',

  'ImageSharpen.title': 'Bild schärfen',
  'ImageSharpen.description': 'Schärft Bilder mit einer Unscharf-Maske.',
  'ImageSharpen.image.help': 'Die Bilder.',
  'ImageSharpen.out.image.help': 'Die geschärften Bilder.',
  'ImageSharpen.radius.help': 'Der Radius des Weichzeichners.',
  'ImageSharpen.sigma.help': 'Die Standardabweichung des Weichzeichners; kleine Zahlen zeichnen weniger weich.',
  'ImageSharpen.amount.help':
    'Wie stark geschärft wird: der Faktor der Differenz zum weichgezeichneten Bild. Das Zehnfache des alpha von ComfyUI.',

  'ImageBatch.title': 'Bilder zusammenfassen (Batch)',
  'ImageBatch.description':
    'Fasst Bilder aus zwei Quellen zu einem Batch zusammen; die zweiten werden auf die Größe des ersten skaliert.',
  'ImageBatch.first.help': 'Bilder; das erste bestimmt die Größe.',
  'ImageBatch.second.help': 'Die anzuhängenden Bilder.',
  'ImageBatch.out.image.help': 'Alle, der Reihe nach.',
  'ImageBatch.first.label': 'erste',
  'ImageBatch.second.label': 'zweite',

  'ImageRepeat.title': 'Bilder wiederholen',
  'ImageRepeat.description':
    'Wiederholt die Bilder eines Batches, etwa um aus einem Bild mehrere Ergebnisse zu erzeugen.',
  'ImageRepeat.image.help': 'Die Bilder.',
  'ImageRepeat.out.image.help': 'Die wiederholten Bilder, jedes Mal in derselben Reihenfolge.',
  'ImageRepeat.times.help': 'Wie oft.',
  'ImageRepeat.times.label': 'Wiederholungen',

  'ImageFromBatch.title': 'Bilder aus Batch',
  'ImageFromBatch.description': 'Wählt einige Bilder eines Batches aus.',
  'ImageFromBatch.image.help': 'Die Bilder.',
  'ImageFromBatch.out.image.help': 'Die ausgewählten Bilder.',
  'ImageFromBatch.first.help': 'Die Nummer des ersten auszuwählenden Bildes; 0 ist das erste des Batches.',
  'ImageFromBatch.count.help': 'Wie viele Bilder ausgewählt werden, soweit es so viele gibt.',
  'ImageFromBatch.first.label': 'erstes Bild',

  'EmptyImage.title': 'Leeres Bild',
  'EmptyImage.description': 'Ein einfarbiges Bild, etwa als Hintergrund zum Zusammensetzen.',
  'EmptyImage.out.image.help': 'Die Bilder.',
  'EmptyImage.width.help': 'Die Breite des Bildes.',
  'EmptyImage.height.help': 'Die Höhe des Bildes.',
  'EmptyImage.count.help': 'Die Zahl der Bilder.',
  'EmptyImage.red.help': 'Der Rotwert der Farbe.',
  'EmptyImage.green.help': 'Der Grünwert der Farbe.',
  'EmptyImage.blue.help': 'Der Blauwert der Farbe.',

  'ImageCrop.title': 'Bild zuschneiden',
  'ImageCrop.description': 'Schneidet Bilder auf ein Rechteck zu.',
  'ImageCrop.image.help': 'Die Bilder.',
  'ImageCrop.out.image.help': 'Die zugeschnittenen Bilder.',
  'ImageCrop.left.help': 'Der linke Rand des Rechtecks.',
  'ImageCrop.top.help': 'Der obere Rand des Rechtecks.',
  'ImageCrop.width.help': 'Seine Breite; 0 reicht bis zum rechten Rand.',
  'ImageCrop.height.help': 'Seine Höhe; 0 reicht bis zum unteren Rand.',
  'ImageCrop.numerics.help':
    'comfyui: Ein Rechteck, das über das Bild hinausreicht, wird an dessen Rändern abgeschnitten, wie in ComfyUI.',

  'ImageGrid.title': 'Bilder im Raster',
  'ImageGrid.description':
    'Ordnet Bilder in einem Raster zu einem Bild an, wahlweise mit einer Beschriftung unter jedem.',
  'ImageGrid.image.help': 'Die Bilder, Zeile für Zeile.',
  'ImageGrid.image2.help': 'Weitere Bilder, nach den ersten.',
  'ImageGrid.image3.help': 'Weitere Bilder, danach.',
  'ImageGrid.image4.help': 'Weitere Bilder, am Ende.',
  'ImageGrid.out.image.help': 'Das Raster.',
  'ImageGrid.columns.help': 'Die Zahl der Spalten; 0 macht das Raster etwa quadratisch.',
  'ImageGrid.gap.help': 'Der Abstand zwischen den Bildern.',
  'ImageGrid.ground.help': 'Die Hintergrundfarbe.',
  'ImageGrid.labels.help': 'Eine Beschriftung für jedes Bild, eine pro Zeile; leer für keine.',
  'ImageGrid.ground.option.white': 'weiß',
  'ImageGrid.ground.option.grey': 'grau',
  'ImageGrid.ground.option.black': 'schwarz',

  'Sweep.title': 'Sweep (X/Y-Plot)',
  'Sweep.description':
    'Erzeugt das Bild für jeden Wert eines Parameters oder für jedes Wertepaar von zweien, als beschriftetes Raster (X/Y-Plot). Was nicht von ihnen abhängt, wird nur einmal berechnet.',
  'Sweep.image.help': 'Das Bild, das mit jedem Wert erzeugt wird.',
  'Sweep.out.image.help': 'Das Raster, mit den Werten beschriftet.',
  'Sweep.out.images.help': 'Die einzelnen Bilder, Zeile für Zeile.',
  'Sweep.x.help': 'Der Parameter, der sich von Spalte zu Spalte ändert, als NODE.PARAM; leer für keinen.',
  'Sweep.xValues.help':
    'Ein Wert pro Zeile. Zahlen und Auswahlwerte lassen sich auch mit Kommas trennen, Zahlen und Seeds als Bereich angeben: 1..8 oder 0..1000 step 250.',
  'Sweep.y.help': 'Der Parameter, der sich von Zeile zu Zeile ändert, als NODE.PARAM; leer für keinen.',
  'Sweep.yValues.help':
    'Ein Wert pro Zeile. Zahlen und Auswahlwerte lassen sich auch mit Kommas trennen, Zahlen und Seeds als Bereich angeben: 1..8 oder 0..1000 step 250.',
  'Sweep.keywords': 'raster, vergleich',

  'ImageToMask.title': 'Bild zu Maske',
  'ImageToMask.description':
    'Wandelt ein Bild in eine Maske um: Weiß wird neu gezeichnet (Inpainting), Schwarz bleibt.',
  'ImageToMask.image.help': 'Das Bild der Maske; von einem Batch wird nur das erste verwendet.',
  'ImageToMask.out.mask.help': 'Die Maske, für den Sampler.',
  'ImageToMask.channel.help': 'Welcher Kanal des Bildes die Maske ist.',
  'ImageToMask.invert.help': 'Vertauscht Schwarz und Weiß.',
  'ImageToMask.threshold.help':
    'Die Maske ist ab dieser Helligkeit weiß und darunter schwarz; 0 behält die Graustufen, die überblenden.',

  'LoadMask.title': 'Maske laden',
  'LoadMask.description':
    'Lädt eine Maske aus einem Bild: Seine transparenten oder hellen Teile werden neu gezeichnet (Inpainting), der Rest bleibt.',
  'LoadMask.out.mask.help': 'Die Maske, für den Sampler.',
  'LoadMask.image.help': 'Das Bild, aus dem die Maske gelesen wird; es kann das Bild für das Inpainting sein.',
  'LoadMask.channel.help':
    'Welcher Kanal des Bildes die Maske ist. Die Transparenz eines Bildes ohne Alphakanal ist eine leere Maske.',
  'LoadMask.invert.help': 'Vertauscht, was neu gezeichnet wird und was bleibt.',

  'GrowMask.title': 'Maske erweitern',
  'GrowMask.description':
    'Erweitert oder verkleinert den weißen Bereich einer Maske, etwa für einen Rand beim Inpainting.',
  'GrowMask.mask.help': 'Die Maske.',
  'GrowMask.out.mask.help': 'Die erweiterte Maske.',
  'GrowMask.expand.help': 'Um wie viele Pixel; unter 0 schrumpft die Maske.',
  'GrowMask.taperedCorners.help':
    'Ecken wachsen weniger, sodass aus einem Punkt eine Raute wird. Aus: Es wird ein Quadrat.',

  'FeatherMask.title': 'Maskenrand weichzeichnen',
  'FeatherMask.description': 'Lässt eine Maske zu den Rändern des Bildes hin auslaufen.',
  'FeatherMask.mask.help': 'Die Maske.',
  'FeatherMask.out.mask.help': 'Die Maske mit weichen Rändern.',
  'FeatherMask.left.help': 'Die Breite des Verlaufs links.',
  'FeatherMask.top.help': 'Die Breite des Verlaufs oben.',
  'FeatherMask.right.help': 'Die Breite des Verlaufs rechts.',
  'FeatherMask.bottom.help': 'Die Breite des Verlaufs unten.',

  'MaskComposite.title': 'Masken kombinieren',
  'MaskComposite.description': 'Kombiniert zwei Masken: Summe, Differenz, Schnittmenge und andere.',
  'MaskComposite.destination.help': 'Die Maske, auf die gezeichnet wird; sie bestimmt die Größe.',
  'MaskComposite.source.help': 'Die Maske, die damit kombiniert wird, in ihrer eigenen Größe.',
  'MaskComposite.out.mask.help': 'Die kombinierte Maske.',
  'MaskComposite.left.help': 'Die Position der Quelle von links.',
  'MaskComposite.top.help': 'Die Position der Quelle von oben.',
  'MaskComposite.operation.help':
    'Wie die beiden Masken kombiniert werden; und, oder und xor behandeln alles, was heller als die Hälfte ist, als weiß.',
  'MaskComposite.operation.option.multiply': 'multiplizieren',
  'MaskComposite.operation.option.add': 'addieren',
  'MaskComposite.operation.option.subtract': 'subtrahieren',
  'MaskComposite.operation.option.and': 'und',
  'MaskComposite.operation.option.or': 'oder',
  'MaskComposite.operation.option.xor': 'xor',

  'InvertMask.title': 'Maske invertieren',
  'InvertMask.description': 'Vertauscht die weißen und schwarzen Teile einer Maske.',
  'InvertMask.mask.help': 'Die Maske.',
  'InvertMask.out.mask.help': 'Die invertierte Maske.',

  'SolidMask.title': 'Einfarbige Maske',
  'SolidMask.description': 'Eine Maske mit einer einzigen Stufe, um andere daraus zusammenzusetzen.',
  'SolidMask.out.mask.help': 'Die Maske.',
  'SolidMask.level.help': 'Die Stufe: 0 behält alles, 1 zeichnet alles neu.',
  'SolidMask.width.help': 'Die Breite der Maske.',
  'SolidMask.height.help': 'Die Höhe der Maske.',

  'MaskResize.title': 'Maske skalieren',
  'MaskResize.description':
    'Skaliert und beschneidet eine Maske wie „Bildgröße ändern“ ein Bild, damit beide zusammenpassen.',
  'MaskResize.mask.help': 'Eine Maske des Bildes, wie es vor dem Skalieren war.',
  'MaskResize.out.mask.help': 'Derselbe Teil des skalierten Bildes.',
  'MaskResize.width.help': 'Die Breite; 0 behält das Seitenverhältnis.',
  'MaskResize.height.help': 'Die Höhe; 0 behält das Seitenverhältnis.',
  'MaskResize.fit.help':
    'Wenn Breite und Höhe gesetzt sind. strecken: genau diese Größe. ausfüllen: füllt sie und schneidet den Rest ab. einpassen: passt hinein.',
  'MaskResize.scale.help': 'Der Skalierungsfaktor, wenn weder Breite noch Höhe gesetzt ist.',
  'MaskResize.filter.help':
    'lanczos ist am schärfsten, box am weichsten; area und nearest-exact stammen von torch und schließen die Numerik „comfyui“ ein.',
  'MaskResize.numerics.help':
    'comfyui: bicubic und bilinear wie in torch, ohne Antialiasing, und „ausfüllen“ schneidet vor dem Skalieren zu, wie in ComfyUI.',
  'MaskResize.scale.label': 'Faktor',
  'MaskResize.fit.option.stretch': 'strecken',
  'MaskResize.fit.option.cover': 'ausfüllen',
  'MaskResize.fit.option.inside': 'einpassen',

  'MaskToImage.title': 'Maske zu Bild',
  'MaskToImage.description': 'Wandelt eine Maske in ein Bild um: Weiß wird neu gezeichnet, Schwarz bleibt.',
  'MaskToImage.mask.help': 'Die Maske.',
  'MaskToImage.out.image.help': 'Ein Graustufenbild.',

  'PreviewImage.title': 'Bildvorschau',
  'PreviewImage.description': 'Zeigt Bilder an, ohne sie zu speichern.',
  'PreviewImage.image.help': 'Die anzuzeigenden Bilder.',

  'SaveImage.title': 'Bild speichern',
  'SaveImage.description': 'Speichert Bilder als Dateien, die den Workflow enthalten, der sie erzeugt hat.',
  'SaveImage.image.help': 'Die zu speichernden Bilder.',
  'SaveImage.name.help': 'Der Anfang des Dateinamens; eine Nummer wird angehängt, und keine Datei wird überschrieben.',
  'SaveImage.format.help':
    'png oder verlustfreies webp: dieselben Pixel in einer kleineren Datei. Ein Bild mit 16 Bit pro Kanal wird als 16-Bit-PNG gespeichert.',

  'SaveAnimation.title': 'Animation speichern',
  'SaveAnimation.description': 'Speichert Bilder als animiertes WebP, das den Workflow enthält, der es erzeugt hat.',
  'SaveAnimation.image.help': 'Die Frames der Reihe nach, alle gleich groß.',
  'SaveAnimation.name.help':
    'Der Anfang des Dateinamens; eine Nummer wird angehängt, und keine Datei wird überschrieben.',
  'SaveAnimation.fps.help': 'Die Bildrate.',
  'SaveAnimation.loop.help': 'Läuft in einer Endlosschleife. Aus: läuft einmal.',
  'SaveAnimation.lossless.help': 'Behält jedes Pixel genau; die Datei ist um ein Mehrfaches größer.',
  'SaveAnimation.quality.help':
    'Höhere Qualität ergibt feinere Details und eine größere Datei; ohne Wirkung bei verlustfrei.',
  'SaveAnimation.keywords': 'gif, video',

  'SaveEmbed.title': 'Embedding speichern',
  'SaveEmbed.description':
    'Speichert Bild-Embeddings in einer Datei in models/image_embeds, für „Embedding laden“ oder diffusers (image_embeds).',
  'SaveEmbed.embed.help': 'Ein Embedding pro Bild; alle kommen in eine Datei.',
  'SaveEmbed.name.help':
    'Der Dateiname; ist er vergeben, wird eine Nummer angehängt, und keine Datei wird überschrieben.',
  'SaveEmbed.format.help':
    'safetensors: Der Tensor heißt image_embeds. npy: wie numpy.save es schreibt. Beide sind float32 [Bilder, Breite].',

  'LatentFromBatch.title': 'Latente Bilder aus Batch',
  'LatentFromBatch.description': 'Wählt einige latente Bilder eines Batches aus.',
  'LatentFromBatch.latent.help': 'Die latenten Bilder.',
  'LatentFromBatch.out.latent.help': 'Die ausgewählten latenten Bilder.',
  'LatentFromBatch.first.help': 'Die Nummer des ersten auszuwählenden; 0 ist das erste des Batches.',
  'LatentFromBatch.count.help': 'Wie viele ausgewählt werden, soweit es so viele gibt.',
  'LatentFromBatch.first.label': 'erstes Bild',
};
