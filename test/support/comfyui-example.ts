/** ComfyUI's published unCLIP example with one image, small, as a client sends it. */
export function examplePrompt(image: string, { seed = 7, steps = 4, checkpoint = 'emoji-unclip.safetensors' } = {}) {
  return {
    '32': { class_type: 'unCLIPCheckpointLoader', inputs: { ckpt_name: checkpoint } },
    '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a heart', clip: ['32', 1] } },
    '7': { class_type: 'CLIPTextEncode', inputs: { text: '', clip: ['32', 1] } },
    '34': { class_type: 'LoadImage', inputs: { image } },
    '33': { class_type: 'CLIPVisionEncode', inputs: { clip_vision: ['32', 3], image: ['34', 0], crop: 'center' } },
    '36': {
      class_type: 'unCLIPConditioning',
      inputs: { conditioning: ['6', 0], clip_vision_output: ['33', 0], strength: 1, noise_augmentation: 0.1 },
    },
    '5': { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 64, batch_size: 1 } },
    '3': {
      class_type: 'KSampler',
      inputs: {
        ...{ seed, steps, cfg: 5, sampler_name: 'euler', scheduler: 'normal', denoise: 1 },
        ...{ model: ['32', 0], positive: ['36', 0], negative: ['7', 0], latent_image: ['5', 0] },
      },
    },
    '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['32', 2] } },
    '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'mine', images: ['8', 0] } },
  };
}
